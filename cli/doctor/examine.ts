// The work of `mnist doctor`.

import process from "node:process";
import { type CheckResult, type Deviation, type SelfTestReport, selfTest } from "../../lib/selftest/index.ts";
import { AlreadyReportedError, EXIT } from "../terminal/exit_codes.ts";
import { printable } from "../terminal/format.ts";
import { messageOf } from "../terminal/report_error.ts";
import { stdout, type TerminalStream } from "../terminal/terminal.ts";
import { examineData, examineOutputs, examineWeights } from "./examine_files.ts";
import { examineHost } from "./examine_host.ts";
import { type Finding, fail, type Section } from "./finding.ts";

export interface DoctorRequest {
  /** A folder with MNIST's files, where one was named. */
  data: string | undefined;
  outputs: string;
  isJson: boolean;
}

export async function examine({ data, outputs, isJson }: DoctorRequest, signal: AbortSignal): Promise<void> {
  const started = Date.now();
  const sections: Section[] = [];
  const add = (section: Section): void => {
    sections.push(section);
    if (!isJson) process.stdout.write(`${describeSection(section, stdout).join("\n")}\n\n`);
  };
  for (const section of await examineHost()) add(section);
  add(await examineData(data).catch((error) => ({ title: "MNIST", findings: [fail("files", messageOf(error))] })));
  add(examineWeights(outputs));
  add(examineOutputs(outputs));
  const report = await selfTest({ signal });
  add({ title: "Kernels against f64: largest error, and what is allowed", findings: report.results.map(asFinding) });
  const all = sections.flatMap(({ findings }) => findings);
  const isWell = all.every(({ state }) => state !== "fail");
  const seconds = (Date.now() - started) / 1000;
  process.stdout.write(
    `${isJson ? JSON.stringify(asJson(sections, report, isWell, seconds)) : verdict(all, report.results.length, seconds)}\n`,
  );
  if (!isWell) throw new AlreadyReportedError(EXIT.failure);
}

const MARKS = { ok: "green", warn: "yellow", fail: "red" } as const;

export function describeSection({ title, findings }: Section, stream: TerminalStream): string[] {
  const width = Math.max(...findings.map(({ name }) => name.length));
  return [
    stream.bold(title),
    ...findings.map(({ name, state, value }) =>
      `${stream[MARKS[state]](state.padEnd(4))}  ${name.padEnd(width)}  ${value}`.trimEnd(),
    ),
  ];
}

function asFinding({ name, passed, values, gradients, problem }: CheckResult): Finding {
  const value =
    problem === null
      ? [describeDeviation("values", values), ...(gradients ? [describeDeviation("gradients", gradients)] : [])].join(
          "  ",
        )
      : printable(problem);
  return { name, state: passed ? "ok" : "fail", value };
}

/** @example "values 3.1e-6 ≤ 6.3e-5" */
function describeDeviation(what: string, { error, tolerance }: Deviation): string {
  const number = (value: number): string => (value === 0 ? "0" : value.toExponential(1)).padEnd(7);
  return `${what} ${number(error)} ${error <= tolerance ? "≤" : ">"} ${number(tolerance)}`;
}

function verdict(all: readonly Finding[], checks: number, seconds: number): string {
  const count = (state: Finding["state"]): number => all.filter((finding) => finding.state === state).length;
  const [failed, warned] = [count("fail"), count("warn")];
  const warnings = warned === 0 ? "" : `, ${warned} ${warned === 1 ? "warning" : "warnings"}`;
  const words =
    failed === 0
      ? stdout.green(`All is well${warnings}`)
      : stdout.red(`${failed} ${failed === 1 ? "thing is" : "things are"} wrong${warnings}`);
  return `${words}: ${all.length} checks, ${checks} of them of kernels, in ${seconds.toFixed(1)} s.`;
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
