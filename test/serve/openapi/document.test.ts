// The description of the API and the routes that there are.

import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeApp } from "../../../serve/app.ts";
import type { MetricsReader } from "../../../serve/metrics/metrics_reader.ts";
import { serveSettings } from "../../../serve/options.ts";
import { Service } from "../../../serve/service.ts";

const test = suite("openapi.json");

interface Document {
  info: { version: string };
  paths: Record<string, Record<string, { operationId: string }>>;
}
const document = JSON.parse(readFileSync("dist/docs/openapi.json", "utf8")) as Document;
/** What the page at /docs loads is described by nobody, nor the files of the web app, which is left out here. */
const OF_PAGES = ["GET /docs/:file"];

test("it describes every route, and no other", async () => {
  const settings = serveSettings({ logLevel: "silent", outputs: "no outputs here", web: "no app here" });
  const metrics = { text: async () => "" } as MetricsReader;
  const service = new Service({ settings, metrics });
  const routes = makeApp(service)
    .routes.filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path}`)
    .filter((route) => !OF_PAGES.includes(route));
  await service.close();
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`),
  );
  assert.ok(routes.length > 5);
  assert.equal(described.sort(), [...new Set(routes)].sort());
});

test("it is of the version in package.json", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  assert.is(document.info.version, version);
});

test("each operation has an id of its own", () => {
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map((each) => each.operationId),
  );
  assert.equal([...new Set(ids)], ids);
});

test.run();
