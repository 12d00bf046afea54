// The contract: what the description of the API says, the server does, for every operation and every answer that it declares.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../serve/index.ts";
import { callApi } from "../support/api_request.ts";
import { operationsOf, readApiDocument, responseOf, SchemaChecker } from "../support/openapi_document.ts";
import { EXAMPLE_REQUESTS, type ExampleRequest } from "./openapi/example_requests.ts";
import { masked } from "./openapi/masked.ts";
import { Provoker } from "./openapi/provocations.ts";

const test = suite("contract");
const document = readApiDocument();
const operations = operationsOf(document);
const checker = new SchemaChecker(document);
const provoker = new Provoker();
/** Those that take a while begin together. */
const begun = new Map<string, ReturnType<Provoker["provoke"]>>();
let server: RunningServer;

test.before(async () => {
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
  for (const each of operations) {
    if ("408" in each.operation.responses) begun.set(each.id, provoker.provoke(each, 408));
  }
});
test.after(async () => {
  await server.close();
  await provoker.close();
});

/** The media type, without its parameters. */
const typeOf = (response: Response): string => (response.headers.get("content-type") ?? "").split(";")[0];

test("the schemas are schemas, of JSON Schema 2020-12", () => {
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    assert.equal(checker.problemsOfSchema(schema), [], name);
  }
});

for (const described of operations) {
  const { id, method, path, operation } = described;

  test(`${id}: its examples are what ${method.toUpperCase()} ${path} answers`, async () => {
    for (const request of EXAMPLE_REQUESTS[id] ?? [{ name: "default" } as ExampleRequest]) {
      if (request.json !== undefined) {
        const { schema } = operation.requestBody?.content["application/json"] ?? {};
        assert.equal(checker.problemsOf(schema ?? {}, request.json), [], `${request.name}: the request`);
      }
      const response = await callApi(server.url, described, request);
      const said = responseOf(document, described, response.status);
      assert.is(response.status, 200);
      const content = said?.content?.[typeOf(response)];
      assert.ok(content, `${typeOf(response)} is not declared`);
      if (typeOf(response) !== "application/json") continue;
      const answer = await response.json();
      assert.equal(checker.problemsOf(content.schema, answer), [], `${request.name}: the answer`);
      if (!(id in EXAMPLE_REQUESTS) || request.isChanging) continue;
      const shown = content.examples ? content.examples[request.name]?.value : content.example;
      assert.equal(masked(shown), masked(answer), `record the examples again: npm run api:examples`);
    }
  });

  for (const status of Object.keys(operation.responses).map(Number)) {
    if (status < 400 || responseOf(document, described, status)?.content?.["application/problem+json"] === undefined)
      continue;
    test(`${id}: ${status} is the problem that it declares`, async () => {
      const said = responseOf(document, described, status);
      const { response, body } = await ((status === 408 && begun.get(id)) || provoker.provoke(described, status));
      assert.equal([response.status, typeOf(response)], [status, "application/problem+json"], body);
      const problem = JSON.parse(body) as { status: number; reason: string };
      assert.equal(checker.problemsOf(said?.content?.["application/problem+json"].schema ?? {}, problem), []);
      assert.is(problem.status, status);
      // What is damaged stays so, however long one waits.
      const headers = problem.reason === "not_ready" ? [] : Object.keys(said?.headers ?? {});
      for (const name of headers) assert.ok(response.headers.has(name), `${name} is missing`);
    });
  }
}

test.run();
