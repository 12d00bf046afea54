// A run's folder as `mnist train` leaves it, without the training.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { weightsDigest } from "../../lib/formats/weights_digest.ts";
import { encodeCheckpoint } from "../../lib/index.ts";
import type { ExportableModel } from "../../models/export/index.ts";
import { cnn, linear, writeCheckpointMetadata } from "../../models/index.ts";

interface FakeRun {
  model?: "linear" | "cnn";
  /** Of the weights. */
  seed?: number;
  /** In place of a network of that seed. */
  trained?: ExportableModel;
  status?: string;
  testAccuracy?: number | null;
  validationAccuracy?: number;
  lr?: number;
  seconds?: number;
  /** Instead of, or beside, what run.json would hold. */
  more?: object;
}

/** @returns the SHA-256 of its weights */
export function fakeRun(outputs: string, id: string, options: FakeRun = {}): string {
  const { model = "linear", seed = 1, status = "done", testAccuracy = 0.9, validationAccuracy = 0.91 } = options;
  const network = options.trained?.network ?? (model === "linear" ? linear({ seed }) : cnn({ seed }));
  const metadata = options.trained ? writeCheckpointMetadata(options.trained.metadata) : { model, dataset: "mnist" };
  const folder = join(outputs, model, id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "model.safetensors"), encodeCheckpoint(network, metadata));
  const best = { epoch: 2, validationAccuracy, seconds: 3 };
  const sha256 = "ab".repeat(32);
  const run = {
    status,
    model,
    recipe: { epochs: 3, batchSize: 64, optimizer: "adam", lr: options.lr ?? 1e-3, betas: [0.9, 0.999] },
    seed,
    limit: null,
    dataset: { name: "mnist", notice: null, train: { name: "MNIST train", size: 55000, sha256 } },
    versions: { simdgrad: "0.1.0", node: "20.0.0", kernels: "simd", threads: 1 },
    platform: "linux-x64",
    started: "2026-01-02T03:04:05.000Z",
    ...(testAccuracy === null
      ? {}
      : {
          test_accuracy: testAccuracy,
          test_loss: 0.3,
          seconds: options.seconds ?? 7,
          weights_sha256: weightsDigest(network),
        }),
    history: { epochs: [{ epoch: 1, seconds: 3 }, best], best, kept: best },
    ...options.more,
  };
  writeFileSync(join(folder, "run.json"), JSON.stringify(run, null, 2));
  return weightsDigest(network);
}
