// Who takes part.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Contestant } from "./contestant.ts";

const NPM_CI = "npm ci --prefix bench/peers --ignore-scripts";
/** With the OpenBLAS that shares PyTorch's threads: without any, Debian's PyTorch falls back to the reference BLAS. */
export const APT = "apt-get install -y python3-torch libopenblas0-openmp";

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
/** Debian's own interpreter, which has Debian's packages, whatever else comes first in PATH. */
const python = spawnSync("sh", ["-c", "command -p -v python3"], { encoding: "utf8" }).stdout.trim();
let hasTorch: boolean | undefined;

export const VARIANTS = ["wide", "relaxed", "simd"] as const;

export function ourName(variant: (typeof VARIANTS)[number]): string {
  return `simdgrad, ${variant}`;
}

export const contestants: readonly Contestant[] = [
  ...VARIANTS.flatMap((variant) => [1, 2].map((threads) => ours(variant, threads))),
  ...["default", "channels_last"].flatMap((layout) => [1, 2].map((threads) => pytorch(layout, threads))),
  ...[1, 2].map((threads) => fromNpm("onnxruntime-node", "onnxruntime.mjs", "onnxruntime-node", threads)),
  fromNpm("onnxruntime-web", "onnxruntime.mjs", "onnxruntime-web"),
  fromNpm("TensorFlow.js, wasm", "tfjs.mjs", "@tensorflow/tfjs-backend-wasm"),
  fromNpm("jax-js, wasm", "jax.mjs", "@jax-js/jax"),
];

function ours(variant: (typeof VARIANTS)[number], threads: number): Contestant {
  return {
    name: ourName(variant),
    threads,
    command: [process.execPath, pathOf("simdgrad.mjs"), variant, String(threads)],
    install: null,
    isInstalled: () => true,
  };
}

function pytorch(layout: string, threads: number): Contestant {
  return {
    name: `PyTorch, ${layout}`,
    threads,
    command: [python, pathOf("pytorch.py"), String(threads), layout],
    install: APT,
    isInstalled() {
      const find = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)";
      hasTorch ??= python !== "" && spawnSync(python, ["-c", find]).status === 0;
      return hasTorch;
    },
  };
}

function fromNpm(name: string, script: string, packageName: string, threads = 1): Contestant {
  return {
    name,
    threads,
    command: [process.execPath, pathOf(script), String(threads), packageName],
    install: NPM_CI,
    isInstalled: () => existsSync(pathOf(`node_modules/${packageName}`)),
  };
}
