// Whether the files are what they should be: the data set, the shipped weights, the current versions, the runs.

import { accessSync, constants, existsSync, mkdtempSync, rmdirSync, statfsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type MnistState, mnistState } from "../../data/index.node.ts";
import { readFileBounded } from "../../lib/base/read_file.node.ts";
import { statIfAny } from "../../lib/base/stat_if_any.node.ts";
import { describeSystemError } from "../../lib/base/system_error.ts";
import { countParameters, weightsDigest } from "../../lib/index.ts";
import { MODEL_NAMES, type ModelName, networkOf } from "../../models/index.ts";
import { loadModel } from "../../store/checkpoints/load_model.ts";
import { FILE_LIMITS } from "../../store/files/file_limits.ts";
import { skippedEntries } from "../../store/runs/find_run.ts";
import { listRuns } from "../../store/runs/list_runs.ts";
import { runBytes } from "../../store/runs/run_folder.ts";
import { readRunRecord } from "../../store/runs/run_record.ts";
import { statusOf } from "../../store/runs/stored_run.ts";
import { readRegistry } from "../../store/versions/registry.ts";
import { formatBytes, shortDigest } from "../terminal/format.ts";
import { messageOf } from "../terminal/report_error.ts";
import { accuracyOf } from "../versions/version_output.ts";
import { type Finding, fail, ok, type Section, warn } from "./finding.ts";

/** Less than this on the disk is worth a word. */
const LITTLE_BYTES = 100 * 2 ** 20;

export async function examineData(dir: string | undefined): Promise<Section> {
  const { folder, isNamed, files, sample } = await mnistState({ dir });
  const origin = dir !== undefined ? "--data" : isNamed ? "MNIST_DIR" : "the default";
  const isFolder = statIfAny(folder)?.isDirectory() === true;
  const missing = isNamed ? fail : warn;
  const hint = isNamed ? "" : `; train downloads it${sample ? ", or takes the sample" : ""}`;
  if (!isFolder) {
    const findings = [
      missing("folder", `${folder} (${origin}) not found${hint}`, { path: folder }),
      ...sampleFindings(sample),
    ];
    return { title: "MNIST", findings };
  }
  const findings = [
    ok("folder", `${folder} (${origin})`, { path: folder }),
    ...files.map(({ name, path, sha256, problem }) => {
      if (problem !== null) return fail(name, problem);
      return path === null ? missing(name, `missing${hint}`) : rightDigest(name, "sha256", sha256);
    }),
    ...sampleFindings(sample),
  ];
  return { title: "MNIST", findings };
}

/** One line for all of its files. */
function sampleFindings(sample: MnistState["sample"]): Finding[] {
  if (sample === null) return [];
  const wrong = sample.find(({ path, problem }) => path === null || problem !== null);
  if (wrong) return [fail("sample", wrong.problem ?? `${wrong.name}.gz is missing; check out data/mnist-sample again`)];
  return [ok("sample", "10,000 images for training, and the test; sha256 of each is right")];
}

export function examineWeights(outputs: string): Section {
  return {
    title: "Weights",
    findings: MODEL_NAMES.flatMap((name) => [
      ...(networkOf(name).isShipped ? [attempt(`${name}, shipped`, () => shipped(name))] : []),
      attempt(`${name}, current`, () => current(outputs, name)),
    ]),
  };
}

/** The digest that stands beside the file, in the record of the run that made it. */
function shipped(name: ModelName): Finding {
  const label = `${name}, shipped`;
  const { network, path } = loadModel("", { kind: "shipped" }, name);
  const beside = path.replace(/safetensors$/, "json");
  const text = readFileBounded(beside, FILE_LIMITS.record).toString();
  const { weightsSha256: expected } = readRunRecord(text, beside).result;
  const digest = weightsDigest(network);
  if (digest === expected) return rightDigest(label, "weights sha256", digest);
  return fail(
    label,
    `weights sha256 is ${shortDigest(digest)}…, expected ${shortDigest(String(expected))}…; install simdgrad again`,
  );
}

function current(outputs: string, name: ModelName): Finding {
  const label = `${name}, current`;
  const { current: record } = readRegistry(outputs, name);
  if (!record) return ok(label, "no version; mnist promote makes one of a run");
  loadModel(outputs, { kind: "version", version: "current" }, name);
  return rightDigest(label, `version ${record.version}, ${accuracyOf(record)}, sha256`, record.fileSha256);
}

/** @example "weights sha256 0123456789ab… is right" */
function rightDigest(name: string, what: string, sha256: string): Finding {
  return ok(name, `${what} ${shortDigest(sha256)}… is right`, { sha256 });
}

export function examineOutputs(outputs: string): Section {
  return {
    title: outputs,
    findings: [
      attempt("writable", () => writable(outputs)),
      attempt("space", () => space(outputs)),
      attempt("runs", () => runs(outputs)),
    ],
  };
}

/** By making something and taking it away: permissions alone do not tell. */
function writable(outputs: string): Finding {
  const folder = nearest(outputs);
  try {
    accessSync(folder, constants.W_OK);
    rmdirSync(mkdtempSync(join(folder, ".doctor-")));
  } catch (error) {
    const problem = describeSystemError(`no: ${folder}`, error);
    return fail("writable", `${problem}; choose another folder with train --out`, { path: folder });
  }
  return ok("writable", existsSync(outputs) ? "yes" : "yes; train will create it");
}

function space(outputs: string): Finding {
  const { bavail, bsize } = statfsSync(nearest(outputs));
  const free = bavail * bsize;
  const text = `${formatBytes(free)} free`;
  const largest = Math.max(...MODEL_NAMES.map((name) => countParameters(networkOf(name).build())));
  if (free < runBytes(largest)) return fail("space", `${text}: too little for a run`);
  return free < LITTLE_BYTES ? warn("space", text) : ok("space", text);
}

function runs(outputs: string): Finding {
  const all = listRuns(outputs);
  const [skipped] = skippedEntries(outputs);
  if (skipped) return warn("runs", `${all.length}; ${skipped.path} is skipped: ${skipped.reason}`);
  const lost = all.filter((run) => ["damaged", "died"].includes(statusOf(run)));
  if (lost.length === 0) return ok("runs", String(all.length));
  const [first] = lost;
  const what = `${first.model}/${first.id} ${statusOf(first)}`;
  return warn("runs", `${all.length}, of which ${lost.length} damaged or died: ${what}${lost.length > 1 ? " …" : ""}`);
}

/** The folder, or the nearest one above it that is there. */
function nearest(path: string): string {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (existsSync(folder) || folder === dirname(folder)) return folder;
  }
}

/** What cannot even be looked at is a finding too. */
function attempt(name: string, look: () => Finding): Finding {
  try {
    return look();
  } catch (error) {
    return fail(name, messageOf(error));
  }
}
