// What the contestants are given: a model and a batch, and what has to come out.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as library from "../../lib/index.ts";
import * as models from "../../models/index.ts";
import { type TrainingStep, trainingStep } from "../training_step.ts";

const { encodeOnnx, encodeSafetensors, loadStateDict, noGrad, scope, stateDict } = library;
const simdgrad = { library, models };

export const BATCH = 64;
/** After this many steps no statistic of a BatchNorm is what it was at the start. */
const STEPS = 3;

export interface Task {
  /** With task.safetensors, the state and the batch, and cnn.onnx, the model for those that cannot write one. */
  readonly folder: string;
  /** The logits of the first `batch` images in evaluation. */
  logits(batch: number): number[];
  /** The losses in training without dropout: the first, and that after one step of Adam. */
  losses(): number[];
  remove(): void;
}

export function layOutTask(): Task {
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-bench-"));
  const trained = trainingStep(simdgrad, "cnn", BATCH);
  for (let i = 0; i < STEPS; i++) scope(trained.run);
  const state = stateDict(trained.model);
  const x: library.StoredTensor = { dtype: "F32", shape: trained.x.shape, data: Float32Array.from(trained.x.data) };
  writeFileSync(join(folder, "task.safetensors"), encodeSafetensors({ ...state, x }));
  const cnn = models.cnn();
  loadStateDict(cnn, state);
  writeFileSync(join(folder, "cnn.onnx"), encodeOnnx(cnn, { inputShape: [28, 28, 1], name: "cnn" }));

  const contestant = (batch: number): TrainingStep => {
    const step = trainingStep(simdgrad, "cnn", batch, 0);
    loadStateDict(step.model, state);
    return step;
  };
  return {
    folder,
    logits(batch) {
      const { model, x } = contestant(batch);
      model.eval();
      return scope(() => [...noGrad(() => model.forward(x)).data]);
    },
    losses() {
      const { loss, run } = contestant(BATCH);
      const first = scope(() => loss().item());
      scope(run);
      return [first, scope(() => loss().item())];
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
