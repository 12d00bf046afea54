// The model that a command's flags ask for, and the line that says where it comes from.

import { CheckpointError, NotFoundError, type SimdgradError } from "../../lib/index.ts";
import { describeMeasuredOn, isMnistTest, isModelName, type ModelName } from "../../models/index.ts";
import { type LoadedModel, loadModel } from "../../store/checkpoints/load_model.ts";
import { selectorOf, versionMeant } from "../../store/checkpoints/selector.ts";
import { isLatest } from "../../store/runs/find_run.ts";
import { type Flags, textFlag } from "../command_line/flags.ts";
import { asked } from "../terminal/asked.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { formatPercent, shortDigest } from "../terminal/format.ts";
import { flagWords, shellLine } from "../terminal/shell_line.ts";

/**
 * The model that --checkpoint, --run or --version names; the shipped one where none of them is given, whatever is current,
 * so that the same command gives the same answer everywhere.
 *
 * @throws {UsageError} more than one of a version, a run and a file
 * @throws {AskedError} missing, damaged, or another network's
 */
export function modelAskedFor(flags: Flags): LoadedModel {
  const name = textFlag(flags, "model");
  const model = isModelName(name) ? name : undefined;
  const file = textFlag(flags, "checkpoint");
  const run = textFlag(flags, "run");
  const version = textFlag(flags, "version");
  const named = Object.entries({ checkpoint: file, run, version }).filter(([, value]) => value !== undefined);
  if (named.length > 1) {
    throw new UsageError(`${named.map(([flag]) => `--${flag}`).join(" and ")} exclude each other; give one.`);
  }
  const outputs = textFlag(flags, "runs") ?? "outputs";
  const stripPrefix = textFlag(flags, "strip-prefix");
  if (stripPrefix !== undefined && file === undefined) {
    throw new UsageError("--strip-prefix is about the names in a file; name the file with --checkpoint.");
  }
  if (file !== undefined) return loadFile(outputs, file, model, stripPrefix);
  if (run !== undefined) {
    return asked(`--run ${run}`, () => loadModel(outputs, { kind: "run", id: run }, model), trainFirst(model));
  }
  if (version === undefined || version === "shipped") {
    return asked(`--model ${model ?? ""}`.trim(), () => loadModel(outputs, { kind: "shipped" }, model), otherWeights);
  }
  const number = versionMeant(version);
  if (number === null) {
    throw new UsageError(
      `--version takes current, shipped or a version's number; got ${version}. mnist versions lists them.`,
    );
  }
  return asked(
    `--version ${version}`,
    () => loadModel(outputs, { kind: "version", version: number }, model),
    promoteFirst("--version"),
  );
}

/** @throws {CheckpointError} as the store has it; where a prefix is in the way, with the flag that takes it off */
function loadFile(outputs: string, path: string, model: ModelName | undefined, stripPrefix: string | undefined) {
  try {
    return loadModel(outputs, { kind: "file", path, stripPrefix }, model);
  } catch (error) {
    if (!(error instanceof CheckpointError) || typeof error.details.prefix !== "string") throw error;
    throw new CheckpointError(
      `${error.message} Here: ${shellLine(flagWords("strip-prefix", error.details.prefix))}`,
      error.details,
    );
  }
}

/**
 * The model that one word names: shipped, current, a version's number, latest, a run's id, or a file.
 *
 * @param flag that the word stands behind, for messages
 * @throws {AskedError} there is no such thing, or it is another network's
 */
export function modelNamed(flag: string, outputs: string, model: ModelName, word: string): LoadedModel {
  const takes = " It takes shipped, current, a version's number, latest, a run's id, or a file.";
  const selector = asked(
    `${flag} ${word}`,
    () => selectorOf(word, outputs, model),
    (error) => (error instanceof NotFoundError ? takes : ""),
  );
  if (selector.kind === "file") return loadModel(outputs, selector, model);
  const remedy =
    selector.kind === "run" ? trainFirst(model) : selector.kind === "version" ? promoteFirst(flag) : otherWeights;
  return asked(`${flag} ${word}`, () => loadModel(outputs, selector, model), remedy);
}

function trainFirst(model: ModelName | undefined) {
  return (error: SimdgradError): string => {
    if (error instanceof NotFoundError && error.details.latest === null) {
      return ` Train one first: mnist train${model === undefined ? "" : ` --model ${model}`}.`;
    }
    const { word } = error.details;
    return typeof word === "string" && !isLatest(word) && /[/\\]/.test(word) ? " For a file use --checkpoint." : "";
  };
}

function promoteFirst(flag: string) {
  return (error: SimdgradError): string =>
    error instanceof NotFoundError && error.details.known === undefined
      ? ` mnist promote makes one of a run; ${flag} shipped needs none.`
      : "";
}

function otherWeights(error: SimdgradError): string {
  return error instanceof NotFoundError ? " Name a run of it with --run, or a file with --checkpoint." : "";
}

/** One line: the version, the file, what it was trained and measured on. */
export function describeOrigin({ name, path, metadata, version }: LoadedModel): string {
  const { dataset, trainedOn, datasetSha256: digest, testAccuracy, testImages } = metadata;
  const data = trainedOn
    ? `trained on ${trainedOn}${digest ? ` (sha256 ${shortDigest(digest)}…)` : ""}`
    : "data set unknown";
  const on = { dataset, images: testImages };
  const images = isMnistTest(on) ? "its test images" : describeMeasuredOn(on);
  const result = testAccuracy === null ? "" : `, ${formatPercent(testAccuracy)} of ${images} right`;
  return `${name}${version === null ? "" : ` version ${version}`} from ${path}, ${data}${result}`;
}
