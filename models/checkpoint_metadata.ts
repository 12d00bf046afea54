// What a checkpoint of ours says about itself, in the texts that a safetensors file has room for.

import { check, checkFields, object, type Rule, required, string } from "../lib/base/check.ts";
import { isModelName, type ModelName } from "./table.ts";
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
  /** The version that wrote it. */
  simdgrad: string | null;
  /** The kernels that trained it. */
  kernels: string | null;
  /** What else the file says, whoever wrote it: kept as it is in copies. */
  others: Readonly<Record<string, string>>;
}

const VALUE: Rule = {
  says: "a string, a number or null",
  holds: (value) => value === null || ["string", "number", "undefined"].includes(typeof value),
};
const LONGEST_TEXT = 200;

/** @param texts the metadata of a safetensors file, whoever wrote it */
export function readCheckpointMetadata(texts: Readonly<Record<string, string>>): CheckpointMetadata {
  check("readCheckpointMetadata", "texts", texts, object);
  for (const [name, value] of Object.entries(texts)) check("readCheckpointMetadata", `texts.${name}`, value, string);
  const text = (name: string): string | null => {
    const value = Object.hasOwn(texts, name) ? texts[name] : "";
    return value === "" || value.length > LONGEST_TEXT ? null : value;
  };
  const number = (name: string, isValid: (value: number) => boolean): number | null => {
    const value = Number(text(name) ?? Number.NaN);
    return isValid(value) ? value : null;
  };
  const isPart = (value: number): boolean => value >= 0 && value <= 1;
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
  const model = text("model");
  const known: Omit<CheckpointMetadata, "others"> = {
    model: isModelName(model) ? model : null,
    dataset: text("dataset"),
    trainedOn: readTrainedOn(text("dataset"), text("trained_on")),
    datasetSha256: text("dataset_sha256"),
    seed: number("seed", (value) => Number.isSafeInteger(value) && value >= 0),
    epoch: number("epoch", isCount),
    validationAccuracy: number("val_accuracy", isPart),
    testAccuracy: number("test_accuracy", isPart),
    testImages: number("test_images", isCount),
    simdgrad: text("simdgrad"),
    kernels: text("kernels"),
  };
  const understood = textsOf(known);
  const others = Object.entries(texts).filter(([name]) => !Object.hasOwn(understood, name));
  return { ...known, others: Object.fromEntries(others) };
}

/** As the file holds it, without what is not known. */
export function writeCheckpointMetadata(metadata: CheckpointMetadata): Record<string, string> {
  checkFields("writeCheckpointMetadata", "metadata", metadata, { others: required(object) });
  const { others, ...own } = metadata;
  for (const [name, value] of Object.entries(own)) check("writeCheckpointMetadata", name, value, VALUE);
  const known = textsOf(own);
  return { ...known, ...others, ...known };
}

function textsOf(metadata: Omit<CheckpointMetadata, "others">): Record<string, string> {
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
    ["simdgrad", metadata.simdgrad],
    ["kernels", metadata.kernels],
  ];
  return Object.fromEntries(texts.flatMap(([name, value]) => (value == null ? [] : [[name, String(value)]])));
}
