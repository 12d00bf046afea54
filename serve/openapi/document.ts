// makeDocument: the description of the API, OpenAPI 3.1, from the schemas that check bodies and the tables of operations. Only the
// build runs this: servers send the file that it makes.

import * as z from "zod";
import { PROBLEM_TYPE } from "../http/problem.ts";
import { PROBLEM } from "../schemas/problem.ts";
import { INTRODUCTION } from "./introduction.ts";
import type { Answer, Body, Content, Example, HeaderName, Operation, Parameter } from "./operation.ts";
import { TAGS } from "./operation.ts";
import { INFERENCE_PROTOCOL } from "./operations/inference_protocol.ts";
import { MODELS } from "./operations/models.ts";
import { PICTURES } from "./operations/pictures.ts";
import { SERVER } from "./operations/server.ts";
import { EVERYWHERE, PROBLEMS } from "./problems.ts";

type Json = Record<string, unknown>;
/** An example of one body. */
type Shown = Pick<Example, "name" | "summary"> & { value: unknown };

/** By operationId. */
export type Examples = Readonly<Record<string, readonly Example[]>>;

export interface DocumentParts {
  /** The package's. */
  version: string;
  examples: Examples;
  /** Bodies, by status. */
  problems: Readonly<Record<string, unknown>>;
}

export const OPERATIONS: readonly Operation[] = [...PICTURES, ...MODELS, ...INFERENCE_PROTOCOL, ...SERVER];

const COMPONENTS = "#/components/schemas/";
const HEADERS: Readonly<Record<HeaderName, { description: string; schema: Json }>> = {
  ETag: { description: "Names this content; send it as If-None-Match.", schema: { type: "string" } },
  "Retry-After": { description: "Seconds after which to try again.", schema: { type: "integer", minimum: 1 } },
  Allow: { description: "The methods that are there.", schema: { type: "string" } },
  "Inference-Header-Content-Length": {
    description: "Bytes of the JSON that stands before the tensors.",
    schema: { type: "integer", minimum: 1 },
  },
};

export function makeDocument({ version, examples, problems }: DocumentParts): Json {
  const paths: Record<string, Json> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] ??= {};
    paths[operation.path][operation.method] = describe(operation, examples[operation.id] ?? []);
  }
  const isUsed = (kind: string, name: string, within: Json): boolean =>
    JSON.stringify(within).includes(`"#/components/${kind}/${name}"`);
  const responses = Object.entries(problemResponses(problems)).filter(([name]) => isUsed("responses", name, paths));
  const components = { schemas: componentSchemas(), responses: Object.fromEntries(responses) };
  const headers = Object.entries(HEADERS).filter(([name]) => isUsed("headers", name, { paths, components }));
  return {
    openapi: "3.1.0",
    info: {
      title: "simdgrad: handwritten digits",
      version,
      summary: "Reads handwritten digits in pictures, by small neural networks on hand-written WebAssembly kernels.",
      description: INTRODUCTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    // Relative to this document, so that it is right behind a proxy that puts a path before it.
    servers: [{ url: ".", description: "The server that this came from." }],
    // The empty one: a server that was started without a key asks for none.
    security: [{}, { apiKey: [] }, { bearer: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      ...components,
      headers: Object.fromEntries(headers),
      securitySchemes: {
        apiKey: {
          type: "apiKey",
          in: "header",
          name: "X-API-Key",
          description: "The key that the server was started with: `--api-key` or `MNIST_API_KEY`.",
        },
        bearer: { type: "http", scheme: "bearer", description: "The same key, as a bearer token." },
      },
    },
  };
}

function problemResponses(problems: DocumentParts["problems"]): Json {
  const described = Object.entries(PROBLEMS).map(([status, { name, description, headers }]) => {
    const example = problems[status] === undefined ? {} : { example: problems[status] };
    const content = { [PROBLEM_TYPE]: { schema: schemaOf(PROBLEM), ...example } };
    return [name, { description, ...headersOf(headers), content }];
  });
  return Object.fromEntries(described);
}

function describe(operation: Operation, examples: readonly Example[]): Json {
  const { id, tag, summary, description, parameters = [], body, answers, problems, isPublic, isUnlimited } = operation;
  const everywhere = EVERYWHERE.filter((status) => !(isPublic && status === 401) && !(isUnlimited && status === 429));
  const statuses = [...new Set([...problems, ...everywhere])].sort();
  const requests = examples.flatMap(({ request, ...each }) =>
    request === undefined ? [] : [{ ...each, value: request }],
  );
  const responses = examples.map((each) => ({ ...each, value: each.response }));
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    ...(isPublic ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters: parameters.map(parameterOf) } : {}),
    ...(body ? { requestBody: { required: !body.isOptional, ...bodyOf(body, requests) } } : {}),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer, status === "200" ? responses : [])])), // biome-ignore format: one line
      ...Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${PROBLEMS[status].name}` }])), // biome-ignore format: one line
    },
  };
}

function parameterOf({ name, in: place, description, schema, example, isRequired = false }: Parameter): Json {
  return {
    name,
    in: place,
    required: isRequired,
    description,
    schema: schemaOf(schema),
    ...(example === undefined ? {} : { example }),
  };
}

function answerOf({ description, headers, content }: Answer, examples: readonly Shown[]): Json {
  return { description, ...headersOf(headers), ...(content ? bodyOf({ content }, examples) : {}) };
}

function headersOf(names: readonly HeaderName[] = []): Json {
  if (names.length === 0) return {};
  return { headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])) };
}

function bodyOf({ content, description }: Body, examples: readonly Shown[]): Json {
  const described = Object.entries(content).map(([type, each]) => {
    const shown = type === "application/json" ? examples : [];
    return [type, { schema: schemaOf(each), ...examplesOf(shown) }];
  });
  return { ...(description ? { description } : {}), content: Object.fromEntries(described) };
}

function examplesOf(examples: readonly Shown[]): Json {
  if (examples.length === 0) return {};
  if (examples.length === 1) return { example: examples[0].value };
  const named = examples.map(({ name, summary, value }) => [name, { ...(summary ? { summary } : {}), value }]);
  return { examples: Object.fromEntries(named) };
}

/** Of a schema with a name, a reference to it; others in place, wherever they stand in a plain one. */
function schemaOf(content: Content): unknown {
  if (content instanceof z.ZodType) {
    const inner = content instanceof z.ZodOptional ? (content.unwrap() as z.ZodType) : content;
    const { id } = z.globalRegistry.get(inner) ?? {};
    if (id !== undefined) return refTo(id);
    const { $schema, ...schema } = z.toJSONSchema(inner, { io: "input" });
    return schema;
  }
  return plain(content);
}

function plain(value: unknown): unknown {
  if (value instanceof z.ZodType) return schemaOf(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

function componentSchemas(): Json {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: "input", uri: (id) => `${COMPONENTS}${id}` });
  const named = Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema] as const);
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function refTo(id: string): Json {
  return { $ref: `${COMPONENTS}${id}` };
}
