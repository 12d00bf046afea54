// A request that an operation of the description is called with.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Described } from "./openapi_document.ts";

export interface ApiRequest {
  /** In place of the parameters' examples. */
  parameters?: Record<string, string>;
  headers?: Record<string, string>;
  json?: unknown;
  /** Parts of a form: pictures by their paths, other fields as they are. */
  form?: { files?: readonly string[]; fields?: Record<string, string> };
  /** As it is. */
  body?: BodyInit;
}

export function callApi(url: string, { method, path, operation }: Described, request: ApiRequest): Promise<Response> {
  const { parameters = {}, headers = {}, json, form, body } = request;
  const named = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const example = operation.parameters?.find((each) => each.name === name)?.example;
    return encodeURIComponent(String(parameters[name] ?? example));
  });
  const query = new URLSearchParams();
  for (const { name, in: place } of operation.parameters ?? []) {
    if (place === "query" && name in parameters) query.set(name, parameters[name]);
  }
  const asked = `${url}${named}${query.size > 0 ? `?${query}` : ""}`;
  const init = { method: method.toUpperCase(), headers };
  if (form) return fetch(asked, { ...init, body: formOf(form) });
  if (json === undefined) return fetch(asked, { ...init, ...(body === undefined ? {} : { body }) });
  return fetch(asked, {
    ...init,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(json),
  });
}

function formOf({ files = [], fields = {} }: NonNullable<ApiRequest["form"]>): FormData {
  const form = new FormData();
  for (const path of files) form.append("file", new Blob([readFileSync(path)]), basename(path));
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}
