// The built function by the releases of Node that Lambda runs: binaries that npm has, since none of them is this machine's.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../../serve/index.ts";
import { nodeOfRelease } from "../../support/node_release.ts";
import { FunctionProcess } from "./function_process.ts";
import { type Asked, functionUrlEvent, restEvent } from "./gateway_events.ts";
import { pictureForm } from "./picture_form.ts";

const test = suite("node_versions");

const RELEASES = ["22.23.3", "24.21.0"];
const QUIET = { MNIST_LOG_LEVEL: "silent" };
const top = mkdtempSync(join(tmpdir(), "simdgrad-lambda-"));
process.on("exit", () => rmSync(top, { recursive: true, force: true }));
let server: RunningServer;

test.before(async () => {
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
});
test.after(() => server.close());

const digit = (n: number): Buffer => readFileSync(`docs/digits/${n}.png`);
const REQUESTS: Asked[] = [
  pictureForm({ model_type: "cnn" }, digit(7)),
  pictureForm({ model_type: "linear" }, digit(4)),
];

function steady(body: string): unknown {
  const { latency_ms, request_id, ...rest } = JSON.parse(body) as Record<string, unknown>;
  return rest;
}

for (const release of RELEASES) {
  test(`Node ${release} takes the cache that it made, and gives the answers of the server, to the bit`, async () => {
    const node = nodeOfRelease(release);
    const folder = join(top, `function-${release}`);
    execFileSync(process.execPath, ["scripts/build_lambda.mjs", "--to", folder, "--node", node], { encoding: "utf8" });
    const program = `
      const { codeCache } = await import(${JSON.stringify(`file://${folder}/index.mjs`)});
      console.log(process.version, codeCache.isTaken);
      process.exit();`;
    const said = execFileSync(node, ["--input-type=module", "-e", program], { encoding: "utf8", env: QUIET });
    assert.is(said.trim(), `v${release} true`);
    await FunctionProcess.with(folder, { node, env: QUIET }, async (running) => {
      for (const asked of REQUESTS) {
        const { path = "", ...init } = asked;
        const expected = await fetch(`${server.url}${path}`, { ...init, body: init.body as BodyInit });
        const body = steady(await expected.text());
        for (const event of [functionUrlEvent(asked), restEvent(asked)]) {
          const ended = await running.invoke(event);
          if (!("result" in ended)) throw new Error(JSON.stringify(ended));
          const { statusCode, body: text } = ended.result as { statusCode: number; body: string };
          assert.is(statusCode, 200, text);
          assert.equal(steady(text), body);
        }
      }
      assert.is(await running.stop(), 0);
      assert.is(running.output, "");
    });
  });
}

test.run();
