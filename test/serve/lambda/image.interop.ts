// The image of the function, built from its Dockerfile by Debian's buildah on a stand-in for Node's image: its own Node runs its
// own files, as its entry point says, on the emulator of the Runtime API.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Buildah, type ImageConfig } from "../deploy/buildah.ts";
import { makeStandInBase } from "../deploy/stand_in_base.ts";
import { FunctionProcess } from "./function_process.ts";
import { functionUrlEvent } from "./gateway_events.ts";
import { pictureForm } from "./picture_form.ts";

const test = suite("image");

const TAG = "simdgrad-lambda:test";
const BASE = "docker.io/library/node:24-trixie-slim";

const buildah = new Buildah();
let config: ImageConfig;
let root = "";

test.before(() => {
  makeStandInBase(buildah, BASE);
  const flags = ["--isolation", "chroot", "--format", "docker", "--pull-never", "--tag", TAG];
  buildah.run("bud", ...flags, "--file", "deploy/lambda/Dockerfile", ".");
  config = buildah.configOf(TAG);
  root = buildah.mount(TAG);
});
test.after(() => buildah.close());

test("it starts the function's own runtime, as no root", () => {
  assert.equal(config.Entrypoint, ["node", "/var/task/bootstrap.mjs"]);
  assert.equal(config.Cmd, ["index.handler"]);
  assert.is(config.WorkingDir, "/var/task");
  assert.is(config.User, "1000:1000");
});

test("its Node takes the cache that the build made, and reads a picture in a form", async () => {
  const node = join(root, "usr/local/bin/node");
  const folder = join(root, "var/task");
  const event = functionUrlEvent(pictureForm({ model_type: "cnn" }, readFileSync("docs/digits/7.png")));
  await FunctionProcess.with(folder, { node, env: { MNIST_LOG_LEVEL: "silent" } }, async (running) => {
    const ended = await running.invoke(event);
    assert.ok("result" in ended, JSON.stringify(ended));
    const { statusCode, body } = ended.result as { statusCode: number; body: string };
    assert.is(statusCode, 200, body);
    assert.is(JSON.parse(body).predicted_class, 7);
    assert.is(await running.stop(), 0);
    assert.is(running.output, "");
  });
  const cache = readFileSync(join(folder, `function.${process.arch}.cache`));
  assert.ok(cache.length > 100_000);
});

test.run();
