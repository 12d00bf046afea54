// npm run bench: how fast, how small, and how right. A result that is wrong gets no time, and the exit code 1.

import { accessSync, constants, writeFileSync } from "node:fs";
import os from "node:os";
import { dirname } from "node:path";
import process from "node:process";
import { enableRelaxedSimd } from "../lib/runtime/relaxed_simd.node.ts";
import { enableWideSimd } from "../lib/runtime/wide_simd.node.ts";
import { changes, changeTable, differences, readReport } from "./compare.ts";
import { discover } from "./discover.ts";
import { describeMachine, figuresOf, type KernelFigure, quantile, type Report } from "./figure.ts";
import { measureInference } from "./inference.ts";
import { measure } from "./measure.ts";
import { OptionProblem, parse, readOptions, wholeNumber } from "./options.ts";
import { peaks } from "./peak.ts";
import { complain, print } from "./print.ts";
import { measureProgram } from "./program.ts";
import { headline, inferenceTable, kernelTable, programTable, trainingTable } from "./report.ts";
import { measureTraining } from "./training.ts";
import { shipped } from "./training_step.ts";

const USAGE = `npm run bench -- [options]

  --filter TEXT    only figures whose name contains TEXT, in any case: conv2d, "cnn, batch 1", training, start-up, size
  --rounds N       samples of each; default 15
  --wide           with wide kernels; fails where this Node has none
  --json           the report as JSON
  --save FILE      keeps the report, for a later --compare
  --compare FILE   how many times as fast as in that report
  --help           this`;

const options = readOptions("bench", USAGE, (args) => {
  const values = parse(args, {
    filter: { type: "string", default: "" },
    rounds: { type: "string", default: "15" },
    wide: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    save: { type: "string" },
    compare: { type: "string" },
  });
  if (values.save !== undefined) checkWritable(values.save);
  return {
    ...values,
    rounds: wholeNumber("rounds", values.rounds),
    earlier: values.compare === undefined ? null : readReport(values.compare),
  };
});

enableRelaxedSimd();
const notWideBecause = options.wide ? await enableWideSimd() : null;
if (notWideBecause !== null) {
  complain(`bench: no wide kernels: ${notWideBecause}.`);
  process.exit(2);
}
const machine = describeMachine();
const accepts = (name: string): boolean => name.toLowerCase().includes(options.filter.toLowerCase());
let hasSpoken = false;
/** The table of a section that has anything to show. */
const show = <T>(figures: T[], toTable: (figures: T[]) => string): T[] => {
  if (figures.length === 0 || options.json) return figures;
  if (!hasSpoken) print(headline(machine, options.rounds));
  hasSpoken = true;
  print(toTable(figures));
  return figures;
};

const { figures: kernels, peak } = await measureKernels();
show(kernels, (figures) => kernelTable(figures, peak));
const inference = show(await measureInference(shipped, accepts, options.rounds), inferenceTable);
const training = await measureTraining(shipped, accepts, options.rounds, os.availableParallelism());
show(training, trainingTable);
const program = show(await measureProgram(accepts, options.rounds), programTable);

const report: Report = { machine, rounds: options.rounds, peak, kernels, inference, training, program };
const figures = figuresOf(report);
if (figures.length === 0) {
  complain(`bench: no figure's name contains "${options.filter}".`);
  process.exit(2);
}
if (options.save !== undefined) writeFileSync(options.save, `${JSON.stringify(report)}\n`);
if (options.earlier) compareWith(options.earlier);
else if (options.json) print(JSON.stringify(report));
process.exitCode = figures.some(({ problem }) => problem !== null) ? 1 : 0;

/** File by file, the peaks measured again with each. */
async function measureKernels(): Promise<{ figures: KernelFigure[]; peak: Report["peak"] }> {
  const groups = (await discover()).map((group) => group.filter(({ name }) => accepts(name)));
  const wanted = groups.filter((group) => group.length > 0);
  if (wanted.length === 0) return { figures: [], peak: { gflops: null, gbPerSecond: null } };
  const ceilings = peaks();
  const measured = wanted.map((group) => measure(group, ceilings, options.rounds));
  const median = (read: (peak: Report["peak"]) => number | null): number =>
    quantile(
      measured.flatMap((group) => read(group.peak) ?? []),
      0.5,
    );
  return {
    figures: measured.flatMap((group) => group.figures),
    peak: { gflops: median(({ gflops }) => gflops), gbPerSecond: median(({ gbPerSecond }) => gbPerSecond) },
  };
}

function compareWith(earlier: Report): void {
  for (const difference of differences(earlier.machine, machine)) {
    complain(`bench: the runs are not alike: ${difference}.`);
  }
  const list = changes(earlier, report);
  if (options.json) print(JSON.stringify({ ...report, changes: list }));
  else print(changeTable(list));
}

/** @throws {OptionProblem} so that a run of minutes does not end in vain */
function checkWritable(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch {
    throw new OptionProblem(`--save cannot write to ${dirname(file)}; name a file in a folder that exists`);
  }
}
