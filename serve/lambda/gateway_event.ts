// GatewayEvent: a request as whatever stands before a function describes it in JSON. Three formats:
//
//   2.0   Function URL, API Gateway's HTTP API: one value a header, cookies apart, the query as it was sent
//   1.0   API Gateway's REST API (and its HTTP API on demand): lists of values, the query decoded
//   elb   an Application Load Balancer: like 1.0, the query as it was sent; lists of values only where its target group says so
//
// Bodies that are not text come as base64.
//
// Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html, "Request and response payloads";
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html;
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html.

import { DataError } from "../../lib/base/errors.ts";
import { type Fields, fieldsOf, textOf } from "../../lib/base/fields.ts";
import type { ResultForm } from "./gateway_result.ts";

/** What all three say. */
export interface GatewayRequest {
  method: string;
  /** With a host, a path and a query. */
  url: string;
  /** Names in lower case; a header that came twice stands twice. */
  headers: [name: string, value: string][];
  /** Whoever opened the connection to the gateway; "" where it does not say. */
  address: string;
  /** As it came. */
  body: string;
  isBase64: boolean;
  /** How the answer is written. */
  form: ResultForm;
}

/** @throws {DataError} an event of something else */
export function readGatewayEvent(event: unknown): GatewayRequest {
  const fields = fieldsOf(event);
  const context = fieldsOf(fields.requestContext);
  const method = textOf(fieldsOf(context.http).method) ?? textOf(fields.httpMethod);
  if (method === null || !/^[A-Z]{1,20}$/.test(method)) {
    const keys = Object.keys(fields).slice(0, 8).join(", ") || "none";
    throw new DataError(
      `readGatewayEvent: the event is no HTTP request; its fields are ${keys}. Invoke the function by its URL, by API Gateway, or by a load balancer.`,
    );
  }
  const isLoadBalancer = context.elb !== undefined;
  const isVersion2 = textOf(fieldsOf(context.http).method) !== null;
  const headers = isVersion2 ? headersOf2(fields) : headersOf1(fields);
  const path = isVersion2 ? pathOf2(fields, context) : (textOf(fields.path) ?? "/");
  const query = isVersion2 ? (textOf(fields.rawQueryString) ?? "") : queryOf1(fields, isLoadBalancer);
  const body = typeof fields.body === "string" ? fields.body : "";
  return {
    method,
    url: urlOf(headers, path, query),
    headers,
    address: addressOf(context, headers, isVersion2),
    body,
    isBase64: fields.isBase64Encoded === true,
    form: isVersion2 ? "cookies" : isLoadBalancer && !fields.multiValueHeaders ? "single" : "lists",
  };
}

function headersOf2(fields: Fields): GatewayRequest["headers"] {
  const headers = singles(fields.headers);
  const cookies = Array.isArray(fields.cookies) ? fields.cookies.filter((cookie) => typeof cookie === "string") : [];
  return cookies.length === 0
    ? headers
    : [...headers.filter(([name]) => name !== "cookie"), ["cookie", cookies.join("; ")]];
}

function headersOf1(fields: Fields): GatewayRequest["headers"] {
  const lists = listsOf(fields.multiValueHeaders);
  return lists.length > 0
    ? lists.flatMap(([name, values]) => values.map((value): [string, string] => [name.toLowerCase(), value]))
    : singles(fields.headers);
}

function singles(headers: unknown): GatewayRequest["headers"] {
  return Object.entries(fieldsOf(headers)).flatMap(([name, value]) =>
    typeof value === "string" ? [[name.toLowerCase(), value] as [string, string]] : [],
  );
}

function listsOf(value: unknown): [string, string[]][] {
  return Object.entries(fieldsOf(value)).map(([name, values]) => [
    name,
    (Array.isArray(values) ? values : []).filter((each) => typeof each === "string"),
  ]);
}

/** Of an HTTP API the stage stands before the path, unless it is the default one. */
function pathOf2(fields: Fields, { stage }: Fields): string {
  const path = textOf(fields.rawPath) ?? "/";
  const prefix = `/${textOf(stage) ?? "$default"}`;
  if (path === prefix) return "/";
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

function queryOf1(fields: Fields, isAsSent: boolean): string {
  const lists = listsOf(fields.multiValueQueryStringParameters);
  const pairs =
    lists.length > 0
      ? lists.flatMap(([name, values]) => values.map((value) => [name, value]))
      : Object.entries(fieldsOf(fields.queryStringParameters)).map(([name, value]) => [name, String(value ?? "")]);
  const encode = isAsSent ? (text: string): string => text : encodeURIComponent;
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
}

/** API Gateway gives paths decoded: what would end one is encoded again. */
function urlOf(headers: GatewayRequest["headers"], path: string, query: string): string {
  const host = headers.find(([name]) => name === "host")?.[1] ?? "";
  const origin = /^[\w.-]+(:\d{1,5})?$/.test(host) ? `https://${host}` : "https://localhost";
  const absolute = `/${path.replace(/^\/+/, "")}`.replace(/[?#]/g, encodeURIComponent);
  return `${origin}${encodeSpaces(absolute)}${query === "" ? "" : `?${encodeSpaces(query).replaceAll("#", "%23")}`}`;
}

/** And whatever else no URL may hold; half a pair of surrogates becomes U+FFFD. */
function encodeSpaces(text: string): string {
  return text.replace(/[^\x21-\x7e]+/gu, (part) => encodeURIComponent(Buffer.from(part).toString()));
}

/** A load balancer says it in the last place of a header of its own. */
function addressOf(context: Fields, headers: GatewayRequest["headers"], isVersion2: boolean): string {
  const told = fieldsOf(isVersion2 ? context.http : context.identity).sourceIp;
  const forwarded = headers.filter(([name]) => name === "x-forwarded-for").at(-1)?.[1];
  return textOf(told) ?? forwarded?.split(",").at(-1)?.trim() ?? "";
}
