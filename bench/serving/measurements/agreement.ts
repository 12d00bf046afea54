// That both servers compute the same: the class of the project's own sample digits, and of test images as PNG files.

import { readFileSync } from "node:fs";
import type { Measurement } from "../measurement.ts";
import { PICTURE_SIZES, pictures } from "../pictures.ts";
import { multipartRequest } from "../requests.ts";
import { ask, type Server, startOurs, startReference } from "../server.ts";

const COUNT = 500;
/** The reference neither crops nor centres, so a few readings may differ; more would mean other weights or another network. */
const LEAST_SHARE = 0.98;

interface Asked {
  readonly name: string;
  readonly pictures: readonly { png: Uint8Array; label: number }[];
}

export const agreement: Measurement = {
  name: "agreement",
  title: "whether simdgrad and FastAPI read the same digits, CNN and linear model",
  async run() {
    const samples = Array.from({ length: 10 }, (_, label) => ({
      png: readFileSync(new URL(`../../../docs/digits/${label}.png`, import.meta.url)),
      label,
    }));
    const sets: Asked[] = [{ name: "docs/digits", pictures: samples }];
    for (const size of PICTURE_SIZES) {
      sets.push({ name: `MNIST test, ${size}×${size}`, pictures: await pictures(COUNT, size) });
    }
    const first = multipartRequest(samples[0].png, "cnn");
    const [ours, theirs] = [await startOurs(first), await startReference(first)];
    const rows = [
      ["model, pictures", "same class", "simdgrad right", "FastAPI right", "most that probabilities differ"],
    ];
    const figures = [];
    const faults: string[] = [];
    for (const model of ["cnn", "linear"]) {
      for (const set of sets) {
        let [same, oursRight, theirsRight, largest] = [0, 0, 0, 0];
        for (const { png, label } of set.pictures) {
          const request = multipartRequest(png, model);
          const [a, b] = [await reading(ours, request), await reading(theirs, request)];
          if (a.predicted_class === b.predicted_class) same++;
          if (a.predicted_class === label) oursRight++;
          if (b.predicted_class === label) theirsRight++;
          for (const [i, p] of a.probabilities.entries()) largest = Math.max(largest, Math.abs(p - b.probabilities[i]));
        }
        const { length } = set.pictures;
        const counts = [same, oursRight, theirsRight].map((count) => `${count} of ${length}`);
        rows.push([`${model}, ${set.name}`, ...counts, largest.toExponential(1)]);
        figures.push({ model, pictures: set.name, count: length, same, oursRight, theirsRight, largest });
        if (model === "cnn" && same < LEAST_SHARE * length) faults.push(`${set.name}: only ${counts[0]} alike`);
      }
    }
    await Promise.all([ours.stop(), theirs.stop()]);
    return { rows, notes: [], figures, faults };
  },
};

interface Reading {
  predicted_class: number;
  probabilities: number[];
}

async function reading(server: Server, request: Uint8Array): Promise<Reading> {
  const outcome = await ask(server.port, request);
  if (outcome.kind !== "answered" || outcome.status !== 200) {
    throw new Error(`${server.name}: ${outcome.kind === "answered" ? outcome.body.toString() : outcome.reason}`);
  }
  return JSON.parse(outcome.body.toString()) as Reading;
}
