// The image, built from the Dockerfile by Debian's buildah on a stand-in for Node's image, and run as compose.yaml and
// deploy/kubernetes/ run it: without root, capabilities, or anything writable but its volume. There is no engine here, so
// namespaces are made by util-linux (confined.ts).

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Buildah, type ImageConfig } from "./buildah.ts";
import { Confined, type Confinement, type Ended } from "./confined.ts";
import { type KubernetesObject, kubernetesObjects } from "./kubernetes_objects.ts";
import { makeStandInBase } from "./stand_in_base.ts";

const test = suite("image");

const TAG = "simdgrad:test";
/** As the Dockerfile names it. */
const BASE = "docker.io/library/node:24-trixie-slim";
const MOST_BYTES = 60e6;

const buildah = new Buildah();
const running: Confined[] = [];
let config: ImageConfig;
let root = "";
let base = "";

test.before(() => {
  base = makeStandInBase(buildah, BASE);
  buildah.build(".", TAG);
  config = buildah.configOf(TAG);
  root = buildah.mount(TAG);
});
test.after(() => {
  for (const program of running) program.end();
  buildah.close();
});

/** With the image's entry point, as `docker run IMAGE …args`; without any, with its command. */
function run(args: readonly string[], more: Partial<Confinement> = {}): Confined {
  const data = buildah.subfolder(`data${running.length}`);
  const command = args.length > 0 ? args : config.Cmd;
  const program = new Confined({ root, config, data, ...more }, [...config.Entrypoint, ...command]);
  running.push(program);
  return program;
}

const MOST_WAITING_MS = 60_000;

/** @throws it did not come to pass; the message is what the program printed */
async function until(isSo: () => boolean, program: Confined): Promise<void> {
  for (const end = Date.now() + MOST_WAITING_MS; !isSo(); await setTimeout(50)) {
    if (Date.now() > end) throw new Error(`waited in vain; it printed ${program.stdout}${program.stderr}`);
  }
}

/** Until its HEALTHCHECK succeeds. */
async function healthy(program: Confined): Promise<void> {
  const [, ...check] = config.Healthcheck.Test;
  await until(() => program.exec(...check).code === 0, program);
}

/** The bytes of every file below. */
function sizeOf(folder: string): number {
  return Number.parseInt(execFileSync("du", ["--summarize", "--bytes", folder], { encoding: "utf8" }), 10);
}

test("it adds less than 60 MB to its base", () => {
  const added = sizeOf(root) - sizeOf(base);
  console.log(`measured: the image adds ${(added / 1e6).toFixed(1)} MB to its base`);
  assert.ok(added > 1e6 && added < MOST_BYTES, `${added}`);
});

test("with a read-only root and without a capability it serves, says when it is ready, and ends at SIGTERM", async () => {
  const server = run([], { isDataReadOnly: true });
  await healthy(server);
  const status = server.exec("sed", "-n", "/^Uid\\|^CapEff\\|^NoNewPrivs/p", "/proc/1/status").output;
  assert.match(status, /^Uid:\t1000\t1000\t1000\t1000$/m);
  assert.match(status, /^CapEff:\t0+$/m);
  assert.match(status, /^NoNewPrivs:\t1$/m);
  for (const place of ["/data/new", "/new"]) {
    assert.match(server.exec("sh", "-c", `: >> ${place}`).output, /Read-only file system/, place);
  }
  const answer = server.inItsNetwork(process.execPath, "-e", PREDICT, "http://127.0.0.1:8000", "docs/digits/7.png");
  assert.is(JSON.parse(answer).predicted_class, 7);
  server.signal("SIGTERM");
  assert.is((await server.ended).code, 0);
});

/** As a page would send a file. */
const PREDICT = `
  const [url, file] = process.argv.slice(1);
  const form = new FormData();
  form.append("file", new Blob([require("node:fs").readFileSync(file)]), "digit.png");
  form.append("model_type", "cnn");
  fetch(url + "/predict", { method: "POST", body: form }).then(async (answer) => console.log(await answer.text()));`;

test("its HEALTHCHECK fails where nothing serves", async () => {
  const waiting = run(["serve", "--port", "8001"]);
  // Earlier, SIGTERM would be lost: process 1 has no default way to end.
  await until(() => waiting.stderr.includes("Serving"), waiting);
  const [, ...check] = config.Healthcheck.Test;
  assert.is(waiting.exec(...check).code, 1);
  waiting.signal("SIGTERM");
  assert.is((await waiting.ended).code, 0);
});

test("it trains into its volume, and what was promoted there is what it then serves", async () => {
  const data = buildah.subfolder("shared");
  const tiny = ["--model", "linear", "--data", "synthetic", "--limit", "500", "--epochs", "1", "--quiet"];
  const trained = await run(["train", ...tiny], { data }).ended;
  assert.is(trained.code, 0, trained.stderr);
  const promoted = await run(["promote", "latest", "--model", "linear"], { data }).ended;
  assert.is(promoted.code, 0, promoted.stderr);
  const server = run([], { data, isDataReadOnly: true });
  await healthy(server);
  const info = server.inItsNetwork(process.execPath, "-e", GET, "http://127.0.0.1:8000/model/linear/info");
  assert.is(JSON.parse(info).model_version, "1", info);
  server.signal("SIGTERM");
  assert.is((await server.ended).code, 0);
});

const GET = "fetch(process.argv[1]).then(async (answer) => console.log(await answer.text()))";

test("SIGTERM stops training, which is then resumed to its end", async () => {
  const data = buildah.subfolder("stopped");
  const long = ["--model", "linear", "--data", "synthetic", "--limit", "3000", "--epochs", "500", "--json"];
  const stopped = run(["train", ...long], { data });
  await until(() => stopped.stdout.includes('"epoch"'), stopped);
  stopped.signal("SIGTERM");
  assert.is((await stopped.ended).code, 130, stopped.stderr);
  const resumed = await run(["train", "--resume", "latest", "--max-seconds", "1", "--quiet"], { data }).ended;
  assert.is(resumed.code, 0, resumed.stderr);
});

function indexedJob(): KubernetesObject {
  return kubernetesObjects().filter(({ spec }) => spec?.completionMode === "Indexed")[0];
}

test("the Indexed Job's command trains each index with its seed and its setting, into one table", async () => {
  const [container] = indexedJob().spec.template.spec.containers;
  const settings = buildah.subfolder("settings");
  writeFileSync(`${settings}/settings`, "--model cnn --optimizer adamw --lr 0.02\n--model linear --lr 0.005\n");
  const data = buildah.subfolder("runs");
  // The cluster's data are MNIST; here a few digits, and one epoch of them.
  const args = container.args.flatMap((word: string) => (word === "mnist" ? ["synthetic"] : [word]));
  assert.not.equal(args, container.args);
  const indices = ["0", "1", "2", "3"];
  const pods = indices.map((index) => {
    const env = { JOB_COMPLETION_INDEX: index };
    const command = [...container.command, ...args, "--limit", "200", "--epochs", "1"];
    const pod = new Confined({ root, config, data, settings, env }, command);
    running.push(pod);
    return pod;
  });
  for (const { ended } of pods) {
    const { code, stderr } = await ended;
    assert.is(code, 0, stderr);
  }
  const list = linesOf(await run(["runs", "--json"], { data }).ended);
  // Two that begin in the same second may have the same id, each in its network.
  const named = list.map(({ model, id }) => `${model}/${id}`);
  const runs = linesOf(await run(["runs", "--json", ...named], { data }).ended);
  assert.equal(runs.map(({ model, settings: { seed }, status }) => `${seed} ${model} ${status}`).sort(), [
    "0 cnn done",
    "1 linear done",
    "2 cnn done",
    "3 linear done",
  ]);
});

function linesOf(ended: Ended): { id: string; model: string; status: string; settings: { seed: number } }[] {
  assert.is(ended.code, 0, ended.stderr);
  return ended.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("a setting with a mistake ends with the code that gives its index up", async () => {
  const { spec } = indexedJob();
  const [container] = spec.template.spec.containers;
  const { values } = spec.podFailurePolicy.rules[0].onExitCodes;
  for (const [line, args] of [
    ["--model cnn --optimiser adamw\n", container.args],
    ["--model cnn\n", ["--data", "/data/nowhere"]],
    ["\n", container.args],
  ]) {
    const settings = buildah.subfolder("settings");
    writeFileSync(`${settings}/settings`, line);
    const data = buildah.subfolder("wrong");
    const env = { JOB_COMPLETION_INDEX: "0" };
    const pod = new Confined({ root, config, data, settings, env }, [...container.command, ...args]);
    running.push(pod);
    const { code, stderr } = await pod.ended;
    assert.ok(values.includes(code), `${line} ended with ${code}: ${stderr}`);
  }
});

test.run();
