// Records serve/openapi/examples.json: what a server answers to example_requests.ts, and one problem of each status.
//
//   npm run api:examples

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { startServer } from "../../../serve/index.ts";
import type { Example } from "../../../serve/openapi/operation.ts";
import { callApi } from "../../support/api_request.ts";
import { operationsOf, readApiDocument, responseOf } from "../../support/openapi_document.ts";
import { EXAMPLE_REQUESTS } from "./example_requests.ts";
import { Provoker } from "./provocations.ts";

const FILE = "serve/openapi/examples.json";

const document = readApiDocument();
const server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
const examples: Record<string, Example[]> = {};
const provoker = new Provoker();
const problems: Record<string, unknown> = {};
for (const described of operationsOf(document)) {
  for (const { name, summary, ...request } of EXAMPLE_REQUESTS[described.id] ?? []) {
    // Twice: the first pays for what is compiled and loaded on demand, which no example should show.
    await (await callApi(server.url, described, request)).arrayBuffer();
    const response = await (await callApi(server.url, described, request)).json();
    examples[described.id] ??= [];
    examples[described.id].push({ name, summary, request: request.json, response });
  }
  for (const status of Object.keys(described.operation.responses).map(Number)) {
    const isProblem = responseOf(document, described, status)?.content?.["application/problem+json"] !== undefined;
    if (isProblem && !(status in problems))
      problems[status] = JSON.parse((await provoker.provoke(described, status)).body);
  }
}
await server.close();
await provoker.close();
writeFileSync(FILE, JSON.stringify({ examples, problems }));
execFileSync(process.execPath, ["node_modules/@biomejs/biome/bin/biome", "format", "--write", FILE], {
  stdio: "inherit",
});
