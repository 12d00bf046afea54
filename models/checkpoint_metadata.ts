// What a checkpoint of ours says about itself, in the texts that a safetensors file has room for.

import {
  check,
  checkFields,
  integer,
  object,
  orNull,
  positive,
  type Rule,
  required,
  string,
  upTo1,
} from "../lib/base/check.ts";
import { line } from "../lib/base/line.ts";
import { MODEL, type ModelName } from "./table.ts";
import { isTrainedOnPart, readTrainedOn } from "./trained_on.ts";

/** Null for what the file does not say, or says in a way that cannot be right. */
export interface CheckpointMetadata {
  model: ModelName | null;
  /** What it was trained and measured on: "mnist", "synthetic", or another data set's name. */
  dataset: string | null;
  /** As in `TrainedOn`: "MNIST", "MNIST's first 10,000". */
  trainedOn: string | null;
  /** Of the training images' file. */
  datasetSha256: string | null;
  seed: number | null;
  /** Whose weights these are, from 1. */
  epoch: number | null;
  validationAccuracy: number | null;
  testAccuracy: number | null;
  /** How many test images that is of; files written before there was this field have none, and mean all of MNIST's. */
  testImages: number | null;
  /** By what the network's logits were divided after training, in the weights themselves; null: by nothing. */
  temperature: number | null;
  /** The text of its `DigitLikeness`: how far from digits a picture may lie. */
  digitLikeness: string | null;
  /** The version that wrote it. */
  simdgrad: string | null;
  /** The kernels that trained it. */
  kernels: string | null;
  /** What else the file says, whoever wrote it: kept as it is in copies. */
  others: Readonly<Record<string, string>>;
}

type Known = Omit<CheckpointMetadata, "others">;

const LONGEST_TEXT = 200;
const [MOST_OTHERS, LONGEST_OTHER] = [100, 10_000];
const text = line(LONGEST_TEXT);
/** Whether its numbers make sense, who needs them finds out: most readers of a file do not. */
const base64: Rule = {
  says: "base64",
  holds: (value) => typeof value === "string" && value.length <= LONGEST_OTHER && /^[A-Za-z0-9+/]+={0,2}$/.test(value),
};

/** What each may be, whoever wrote it. */
const RULES: Readonly<Record<keyof Known, Rule>> = {
  model: MODEL,
  dataset: text,
  trainedOn: text,
  datasetSha256: text,
  seed: integer(0),
  epoch: integer(1),
  validationAccuracy: upTo1,
  testAccuracy: upTo1,
  testImages: integer(1),
  temperature: positive,
  digitLikeness: base64,
  simdgrad: text,
  kernels: text,
};

/** @param texts the metadata of a safetensors file, whoever wrote it */
export function readCheckpointMetadata(texts: Readonly<Record<string, string>>): CheckpointMetadata {
  check("readCheckpointMetadata", "texts", texts, object);
  for (const [name, value] of Object.entries(texts)) check("readCheckpointMetadata", `texts.${name}`, value, string);
  const read = (name: string, field: keyof Known): string | null => {
    const value = Object.hasOwn(texts, name) ? texts[name] : "";
    return RULES[field].holds(value) ? value : null;
  };
  const number = (name: string, field: keyof Known): number | null => {
    const value = Object.hasOwn(texts, name) && text.holds(texts[name]) ? Number(texts[name]) : Number.NaN;
    return RULES[field].holds(value) ? value : null;
  };
  const dataset = read("dataset", "dataset");
  const known: Known = {
    model: read("model", "model") as ModelName | null,
    dataset,
    trainedOn: readTrainedOn(dataset, read("trained_on", "trainedOn")),
    datasetSha256: read("dataset_sha256", "datasetSha256"),
    seed: number("seed", "seed"),
    epoch: number("epoch", "epoch"),
    validationAccuracy: number("val_accuracy", "validationAccuracy"),
    testAccuracy: number("test_accuracy", "testAccuracy"),
    testImages: number("test_images", "testImages"),
    temperature: number("temperature", "temperature"),
    digitLikeness: read("digit_likeness", "digitLikeness"),
    simdgrad: read("simdgrad", "simdgrad"),
    kernels: read("kernels", "kernels"),
  };
  const understood = textsOf(known);
  const others = Object.entries(texts).filter(([name]) => !Object.hasOwn(understood, name));
  return { ...known, others: bounded(others) };
}

/** What nobody reads here need not be right, but has an end: a copy of a file, or a page, takes no more of it. */
function bounded(texts: readonly (readonly [name: string, value: string])[]): Record<string, string> {
  // In a script's object, that name would be no property.
  const fitting = texts.filter(
    ([name, value]) => name !== "__proto__" && name.length <= LONGEST_TEXT && value.length <= LONGEST_OTHER,
  );
  return Object.fromEntries(fitting.slice(0, MOST_OTHERS));
}

/**
 * As the file holds it, without what is not known.
 *
 * @throws {OptionError} what `readCheckpointMetadata` would not take: a text of several lines, an accuracy of 2
 */
export function writeCheckpointMetadata(metadata: CheckpointMetadata): Record<string, string> {
  checkFields("writeCheckpointMetadata", "metadata", metadata, { others: required(object) });
  const { others, ...own } = metadata;
  for (const [name, rule] of Object.entries(RULES))
    check("writeCheckpointMetadata", name, own[name as keyof Known] ?? null, orNull(rule));
  for (const [name, value] of Object.entries(others)) check("writeCheckpointMetadata", `others.${name}`, value, string);
  const known = textsOf(own);
  return { ...known, ...bounded(Object.entries(others)), ...known };
}

function textsOf(metadata: Known): Record<string, string> {
  const texts: [name: string, value: string | number | null][] = [
    ["model", metadata.model],
    ["dataset", metadata.dataset],
    // Silent where it is the whole data set, as files always were: a copy of one stays the same to the byte.
    ["trained_on", isTrainedOnPart(metadata) ? metadata.trainedOn : null],
    ["dataset_sha256", metadata.datasetSha256],
    ["seed", metadata.seed],
    ["epoch", metadata.epoch],
    ["val_accuracy", metadata.validationAccuracy],
    ["test_accuracy", metadata.testAccuracy],
    ["test_images", metadata.testImages],
    ["temperature", metadata.temperature],
    ["digit_likeness", metadata.digitLikeness],
    ["simdgrad", metadata.simdgrad],
    ["kernels", metadata.kernels],
  ];
  return Object.fromEntries(texts.flatMap(([name, value]) => (value == null ? [] : [[name, String(value)]])));
}
