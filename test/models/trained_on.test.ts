import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isTrainedOnPart, readCheckpointMetadata, readTrainedOn, writeCheckpointMetadata } from "../../models/index.ts";
import { readRunRecord } from "../../store/runs/run_record.ts";

const test = suite("what was trained on");

test("a file that says nothing of it means the whole data set, and one that does not name that means nothing", () => {
  assert.is(readTrainedOn("mnist", null), "MNIST");
  assert.is(readTrainedOn("synthetic", null), "synthetic digits, not MNIST");
  assert.is(readTrainedOn("Fashion-MNIST", null), "Fashion-MNIST");
  assert.is(readTrainedOn("mnist", "MNIST's first 10,000"), "MNIST's first 10,000");
  assert.is(readTrainedOn(null, null), null);
});

test("a part is what is not the whole", () => {
  assert.is(isTrainedOnPart({ dataset: "mnist", trainedOn: "MNIST's first 10,000" }), true);
  assert.is(isTrainedOnPart({ dataset: "mnist", trainedOn: "MNIST" }), false);
  assert.is(isTrainedOnPart({ dataset: "My own", trainedOn: "My own" }), false);
  assert.is(isTrainedOnPart({ dataset: null, trainedOn: null }), false);
});

test("checkpoints and runs of earlier versions, silent where it was all of MNIST, are read as that", () => {
  const metadata = readCheckpointMetadata({ dataset: "mnist" });
  assert.is(metadata.trainedOn, "MNIST");
  assert.equal(writeCheckpointMetadata(metadata), { dataset: "mnist" });
  const explicit = { dataset: "mnist", trained_on: "MNIST" };
  assert.equal(writeCheckpointMetadata(readCheckpointMetadata(explicit)), explicit);
  assert.is(readRunRecord('{"dataset":{"name":"mnist"}}', "run.json").dataset.trainedOn, "MNIST");
});

test.run();
