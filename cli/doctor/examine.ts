// The work of `mnist doctor`.

import { type CheckResult, type Deviation, type SelfTestReport, selfTest } from "../../lib/selftest/index.ts";
import { AlreadyReportedError, EXIT } from "../terminal/exit_codes.ts";
import { formatDuration } from "../terminal/format.ts";
import { messageOf } from "../terminal/report_error.ts";
import { shortenPath } from "../terminal/shorten_path.ts";
import { stdout, type TerminalStream } from "../terminal/terminal.ts";
import { columnsOf, wrap } from "../terminal/width.ts";
import { examineData, examineOutputs, examineWeights } from "./examine_files.ts";
import { examineHost } from "./examine_host.ts";
import { type Finding, fail, type Section } from "./finding.ts";

export interface DoctorRequest {
  /** A folder with MNIST's files, where one was named. */
  data: string | undefined;
  outputs: string;
  /** Whether wide kernels may be used. */
  isWide: boolean;
  isJson: boolean;
}

export async function examine({ data, outputs, isWide, isJson }: DoctorRequest, signal: AbortSignal): Promise<void> {
  const started = Date.now();
  const sections: Section[] = [];
  const add = (section: Section): void => {
    sections.push(section);
    if (!isJson) stdout.write([...describeSection(section, stdout), ""]);
  };
  for (const section of await examineHost(isWide)) add(section);
  add(await examineData(data).catch((error) => ({ title: "MNIST", findings: [fail("files", messageOf(error))] })));
  add(examineWeights(outputs));
  add(examineOutputs(outputs));
  const report = await selfTest({ signal });
  add({
    title: "Kernels against f64",
    heading: `${"error ≤ allowed".padEnd(ERRORS)}  gradients`,
    findings: report.results.map(asFinding),
  });
  const all = sections.flatMap(({ findings }) => findings);
  const isWell = all.every(({ state }) => state !== "fail");
  const seconds = (Date.now() - started) / 1000;
  stdout.write(isJson ? JSON.stringify(asJson(sections, report, isWell, seconds)) : verdict(all, seconds));
  if (!isWell) throw new AlreadyReportedError(EXIT.failure);
}

const MARKS = { ok: "green", warn: "yellow", fail: "red" } as const;

/** Columns of a state, and between two of what stands in a line. */
const [STATE, GAP] = [4, 2];
/** Columns of values that there are at least, however narrow the terminal. */
const LEAST = 24;

/** One line a finding; on a terminal broken between words where it is too narrow, behind the names. A pipe gets whole lines. */
export function describeSection({ title, heading, findings }: Section, stream: TerminalStream): string[] {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const indent = STATE + GAP + width + GAP;
  const room = stream.isTerminal ? Math.max(LEAST, stream.width - indent) : Number.POSITIVE_INFINITY;
  const shown = stream.isTerminal ? shortenPath(title, stream.width) : title;
  return [
    heading
      ? `${stream.bold(shown)}${heading.padStart(indent - columnsOf(shown) + heading.length)}`
      : stream.bold(shown),
    ...findings.flatMap((finding) => {
      const [first, ...rest] = linesOf(finding, room);
      const line = `${stream[MARKS[finding.state]](finding.state.padEnd(STATE))}  ${finding.name.padEnd(width)}  ${first}`;
      return [line.trimEnd(), ...rest.map((text) => " ".repeat(indent) + text)];
    }),
  ];
}

function linesOf({ value, path }: Finding, room: number): string[] {
  if (columnsOf(value) <= room) return [value];
  const around = path ? columnsOf(value) - columnsOf(path) : 0;
  const shorter = path ? value.replace(path, () => shortenPath(path, Math.max(LEAST, room - around))) : value;
  if (columnsOf(shorter) <= room) return [shorter];
  // What is still too wide is one word, most likely another path.
  return wrap(shorter, room).map((line) => shortenPath(line, room));
}

function asFinding({ name, passed, values, gradients, problem }: CheckResult): Finding {
  const deviations = gradients ? [values, gradients] : [values];
  const numbers = deviations.map((deviation) => describeDeviation(deviation).padEnd(ERRORS)).join("  ");
  const value = problem ?? numbers.trimEnd();
  return { name, state: passed ? "ok" : "fail", value };
}

/** Columns of an error and what is allowed. */
const ERRORS = 17;

/** @example "3.1e-6  ≤ 6.3e-5" */
function describeDeviation({ error, tolerance }: Deviation): string {
  const number = (value: number): string => (value === 0 ? "0" : value.toExponential(1));
  return `${number(error).padEnd(7)} ${error <= tolerance ? "≤" : ">"} ${number(tolerance)}`;
}

function verdict(all: readonly Finding[], seconds: number): string {
  const count = (state: Finding["state"]): number => all.filter((finding) => finding.state === state).length;
  const [failed, warned] = [count("fail"), count("warn")];
  const warnings = warned === 0 ? "" : `, ${warned} ${warned === 1 ? "warning" : "warnings"}`;
  const took = `in ${formatDuration(seconds)}${warnings}.`;
  return failed === 0
    ? `${stdout.green(`All ${all.length} checks passed`)} ${took}`
    : `${stdout.red(`${failed} of ${all.length} checks failed`)} ${took}`;
}

function asJson(
  sections: readonly Section[],
  { results, runtime }: SelfTestReport,
  isWell: boolean,
  seconds: number,
): object {
  const others = sections.slice(0, -1);
  return {
    ok: isWell,
    seconds,
    findings: others.flatMap(({ title, findings }) => findings.map((finding) => ({ section: title, ...finding }))),
    kernels: results.map(({ name, group, passed, values, gradients, problem, seconds }) => ({
      name,
      group,
      state: passed ? "ok" : "fail",
      values: finite(values),
      gradients: gradients && finite(gradients),
      error: problem,
      seconds,
    })),
    runtime,
  };
}

/** JSON has no Infinity: null stands for "no number at all". */
function finite({ error, tolerance }: Deviation): object {
  return { max_error: Number.isFinite(error) ? error : null, tolerance };
}
