// The description of the API as a server sends it, for the tests that hold the two against each other.

import { readFileSync } from "node:fs";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";

export interface MediaType {
  schema: object;
  example?: unknown;
  examples?: Record<string, { summary?: string; value: unknown }>;
}

export interface Response {
  description: string;
  headers?: Record<string, unknown>;
  content?: Record<string, MediaType>;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  example?: unknown;
}

export interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, MediaType> };
  responses: Record<string, Response | { $ref: string }>;
}

export interface ApiDocument {
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; responses: Record<string, Response> };
}

/** An operation where it stands. */
export interface Described {
  id: string;
  method: string;
  path: string;
  operation: Operation;
}

export function readApiDocument(): ApiDocument {
  return JSON.parse(readFileSync("dist/docs/openapi.json", "utf8")) as ApiDocument;
}

export function operationsOf({ paths }: ApiDocument): Described[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ id: operation.operationId, method, path, operation })),
  );
}

/** What an operation says of a status; undefined where it says nothing. */
export function responseOf(document: ApiDocument, { operation }: Described, status: number): Response | undefined {
  const said = operation.responses[status];
  if (said === undefined || !("$ref" in said)) return said;
  return document.components.responses[said.$ref.replace("#/components/responses/", "")];
}

const ID = "https://api.test/";

/** Checks values against the document's schemas, to which nothing may be added that they do not name. */
export class SchemaChecker {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });

  constructor(document: ApiDocument) {
    const components = closed({ schemas: document.components.schemas }) as object;
    this.ajv.addSchema({ $id: ID, components });
  }

  /** @returns what is wrong with it, a line each */
  problemsOf(schema: object, value: unknown): string[] {
    const validate = this.ajv.compile(rebased(closed(schema)) as object);
    return validate(value) ? [] : (validate.errors ?? []).map(lineOf);
  }

  /** What is wrong with a schema itself. */
  problemsOfSchema(schema: object): string[] {
    return this.ajv.validateSchema(schema) ? [] : (this.ajv.errors ?? []).map(lineOf);
  }
}

/** With its references to the document's components, wherever it stands itself. */
function rebased(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', `"${ID}#/components/`));
}

function lineOf({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || "/"} ${message} ${JSON.stringify(params)}`;
}

/** The same, with no members but those that it names. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [
    key,
    // Below these are names and values, not schemas.
    key === "properties" || key === "schemas" || key === "$defs"
      ? Object.fromEntries(Object.entries(value as object).map(([name, each]) => [name, closed(each)]))
      : key === "example" || key === "examples" || key === "enum" || key === "const" || key === "default"
        ? value
        : closed(value),
  ]);
  const copy = Object.fromEntries(entries) as Record<string, unknown>;
  return "properties" in copy && !("additionalProperties" in copy) ? { ...copy, additionalProperties: false } : copy;
}
