import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeOrigin, modelAskedFor as loadModel } from "../../cli/inputs/asked_model.ts";
import {
  CheckpointError,
  encodeCheckpoint,
  encodeSafetensors,
  encodeTrainingState,
  Linear,
  Sequential,
  stateDict,
} from "../../lib/index.ts";
import { linear, MODEL_NAMES } from "../../models/index.ts";
import { checkpointOfRun } from "../../store/runs/list_runs.ts";
import { fakeRun } from "../support/fake_run.ts";
import { temporaryFolder } from "../support/run_cli.ts";
import { IDS, outputsWithRuns, promote } from "../support/versions.ts";

const test = suite("checkpoints");

const folder = temporaryFolder();

function save(name: string, model: Sequential, metadata: Record<string, string> = {}): string {
  const path = join(folder, name);
  writeFileSync(path, encodeCheckpoint(model, metadata));
  return path;
}

/** The message of the CheckpointError with which loading ends. */
function refusal(checkpoint: string): string {
  try {
    loadModel({ checkpoint });
  } catch (error) {
    assert.instance(error, CheckpointError);
    return (error as Error).message;
  }
  return "none";
}

test("a checkpoint that holds NaN is refused, and the parameter named", () => {
  const model = linear({ seed: 1 });
  model.parameters()[0].data[5] = Number.NaN;
  assert.match(refusal(save("nan.safetensors", model)), /fc\.weight holds NaN in .*nan\.safetensors/);
});

test("a prefix before every name is taken off on request, and the flag for it named", () => {
  const tensors = Object.fromEntries(
    Object.entries(stateDict(linear({ seed: 1 }))).map(([name, tensor]) => [`module.${name}`, tensor]),
  );
  const checkpoint = join(folder, "prefixed.safetensors");
  writeFileSync(checkpoint, encodeSafetensors(tensors));
  assert.match(refusal(checkpoint), /has "module\." before every name.* Here: --strip-prefix module\.$/);
  const { name, network } = loadModel({ checkpoint, "strip-prefix": "module." });
  assert.is(name, "linear");
  assert.equal(network.parameters()[0].values, linear({ seed: 1 }).parameters()[0].values);
  assert.throws(() => loadModel({ "strip-prefix": "module." }), /--strip-prefix is about the names in a file/);
});

test("without --model the message is about the network that the file is nearer to", () => {
  const narrow = new Sequential({ fc: new Linear(700, 10) });
  assert.match(refusal(save("narrow.safetensors", narrow)), /fc\.weight is \[10, 700\] in .* but \[10, 784\]/);
});

test("a run's state is refused as no checkpoint, and the checkpoint beside it named, if there is one", () => {
  const run = join(folder, "run");
  mkdirSync(run);
  const path = join(run, "state.safetensors");
  const progress = { epoch: 1, step: 1, seen: 1, lossSum: 1, right: 1, epochSeconds: 1, seconds: 1, learningRate: 1 };
  writeFileSync(path, encodeTrainingState({ setup: {}, progress, epochs: [], tensors: {} }));
  const said = `loadModel: ${path} holds the state that a run resumes from, and is no checkpoint.`;
  assert.is(refusal(path), `${said} The run has kept no checkpoint yet; resume it to its epoch's end.`);
  const checkpoint = save(join("run", "model.safetensors"), linear({ seed: 1 }));
  assert.is(refusal(path), `${said} The run's checkpoint is beside it: ${checkpoint}.`);
  assert.throws(() => loadModel({ checkpoint: path, model: "cnn" }), said);
});

test("a version without its network is one of the only network that has any, else one of the cnn", async () => {
  const outputs = outputsWithRuns(folder);
  const loaded = (version: string): string => {
    const model = loadModel({ runs: outputs, version });
    return `${model.name} ${model.version}`;
  };
  assert.throws(() => loaded("current"), /there is no version of cnn in/);
  await promote(outputs, IDS[0]);
  await promote(outputs, IDS[1]);
  assert.equal([loaded("current"), loaded("1")], ["linear 2", "linear 1"]);
  assert.throws(() => loaded("9"), /there is no version 9 of linear in .*; there are 1, 2, and 2 is current/);
  assert.throws(() => loadModel({ runs: outputs, version: "1", model: "cnn" }), /there is no version of cnn in/);
  fakeRun(outputs, "20260102-000001", { model: "cnn" });
  await promote(outputs, "20260102-000001");
  assert.is(loaded("current"), "cnn 1");
});

test("metadata that are no line, and what is no accuracy, are not known; a name is shown as it is", () => {
  const origin = (metadata: Record<string, string>): string =>
    describeOrigin(loadModel({ checkpoint: save("metadata.safetensors", linear({ seed: 1 }), metadata) }));
  assert.ok(origin({ dataset: "my\u001b[2J\ndigits", test_accuracy: "high" }).endsWith(", data set unknown"));
  assert.ok(origin({ dataset: "Größe", test_accuracy: "1.5" }).endsWith(", trained on Größe"));
});

test("--run latest is what was trained last, of whichever network", () => {
  const runs = join(folder, "outputs");
  fakeRun(runs, "20260101-000001", { model: "cnn" });
  fakeRun(runs, "20260102-000001");
  const nameOf = (flags: Record<string, string>): string => loadModel({ runs, ...flags }).name;
  assert.is(nameOf({ run: "latest" }), "linear");
  assert.is(nameOf({ run: "20260102-000001" }), "linear");
  assert.is(nameOf({ run: "latest", model: "cnn" }), "cnn");
  assert.throws(() => nameOf({ run: "20260102", model: "cnn" }), /no such run with a checkpoint in .*cnn\. The latest/);
});

test("without a network --run means the newest run of any, and a run's id that of its own", () => {
  const outputs = join(folder, "both");
  fakeRun(outputs, "20260101-000001", { model: "cnn" });
  fakeRun(outputs, "20260102-000001");
  fakeRun(outputs, "20260102-000001", { model: "cnn" });
  fakeRun(outputs, "20260103-000001");
  const model = (word: string): string => checkpointOfRun(outputs, MODEL_NAMES, word).model;
  assert.equal(["latest", "20260103-000001", "20260101"].map(model), ["linear", "linear", "cnn"]);
  assert.throws(() => model("20260102-000001"), /2 runs match: cnn\/.*, linear\/.* Name one/);
  assert.throws(() => model("2025"), (error: Error) => error.message.includes(`with a checkpoint in ${outputs}. The latest is`)); // biome-ignore format: one line
});

test.run();
