// The commands, in the order of their list in --help. What one needs is loaded when the line asks for it, so that
// `mnist --help` answers in the time that Node itself takes to start.

import type { CommandEntry } from "./command_line/command.ts";

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "train",
    summary: "Train a network and keep the run",
    load: async () => (await import("./train/train.ts")).train,
  },
  {
    name: "infer",
    summary: "Read the digits in PNG files",
    load: async () => (await import("./infer/infer.ts")).infer,
  },
  {
    name: "evaluate",
    summary: "Measure a checkpoint on the test images",
    load: async () => (await import("./evaluate/evaluate.ts")).evaluate,
  },
  {
    name: "export",
    summary: "Write a checkpoint for other programs",
    load: async () => (await import("./export/export.ts")).exportCommand,
  },
  {
    name: "runs",
    summary: "List the runs, or compare some of them",
    load: async () => (await import("./runs/runs.ts")).runs,
  },
  {
    name: "promote",
    summary: "Make a run the current version of its network",
    load: async () => (await import("./versions/promote.ts")).promote,
  },
  {
    name: "rollback",
    summary: "Go back to the version before the current one",
    load: async () => (await import("./versions/rollback.ts")).rollback,
  },
  {
    name: "versions",
    summary: "List promotions and rollbacks",
    load: async () => (await import("./versions/versions.ts")).versions,
  },
  {
    name: "compare",
    summary: "Compare networks on the test images",
    load: async () => (await import("./compare/compare.ts")).compare,
  },
  {
    name: "serve",
    summary: "Serve the networks over HTTP",
    load: async () => (await import("./serve/serve.ts")).serve,
  },
  {
    name: "doctor",
    summary: "Check this machine, the data, the weights and every kernel",
    load: async () => (await import("./doctor/doctor.ts")).doctor,
  },
];
