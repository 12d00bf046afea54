// What the contestants are given: a network, its state and a batch; and what has to come out.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as simdgrad from "../../lib/index.ts";
import { uniform } from "../benchmark.ts";
import type { Network } from "./networks.ts";
import { trainee } from "./trainee.mjs";

const { encodeOnnx, encodeSafetensors, stateDict } = simdgrad;

/** After this many steps no statistic of a BatchNorm is what it was at the start. */
const STEPS = 3;

export interface Task {
  /**
   * With network.json, the description; task.safetensors, the state and `x`, a batch, in PyTorch's layout; and model.onnx,
   * the model for those that cannot write one.
   */
  readonly folder: string;
  /** The logits of the first `batch` images in evaluation. */
  logits(batch: number): number[];
  /** The losses in training without dropout: the first, and that after one step of the optimizer. */
  losses(): number[];
  remove(): void;
}

export function layOutTask(network: Network): Task {
  const { input, batch } = network;
  const shape = [batch, ...input];
  const size = shape.reduce((product, dim) => product * dim);
  const x: simdgrad.StoredTensor = { dtype: "F32", shape, data: uniform(size, 1) };
  const { model, step } = trainee(simdgrad, network, x, batch, null, false);
  for (let i = 0; i < STEPS; i++) step();
  const state = stateDict(model);

  const folder = mkdtempSync(join(tmpdir(), "simdgrad-bench-"));
  const [c, ...map] = input;
  writeFileSync(join(folder, "network.json"), JSON.stringify(network));
  writeFileSync(join(folder, "task.safetensors"), encodeSafetensors({ ...state, x }));
  writeFileSync(join(folder, "model.onnx"), encodeOnnx(model, { inputShape: [...map, c], name: "network" }));
  return {
    folder,
    logits: (count) => [...trainee(simdgrad, network, x, count, state, false).logits()],
    losses: () => trainee(simdgrad, network, x, batch, state, false).losses(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
