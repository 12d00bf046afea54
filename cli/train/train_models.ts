// The work of `mnist train`: one network after another on the same data.

import process from "node:process";
import { type Data, loadData } from "../load/datasets.ts";
import { enableRelaxedSimd } from "../load/relaxed_simd.ts";
import { Progress } from "../terminal/progress.ts";
import { shellWord } from "../terminal/shell_word.ts";
import { recipeOf } from "./recipe_flags.ts";
import type { RunPlan, TrainRequest } from "./train_job.ts";
import { trainModel } from "./train_model.ts";
import { useThreads } from "./use_threads.ts";

export async function trainModels(request: TrainRequest, signal: AbortSignal): Promise<void> {
  enableRelaxedSimd();
  const { models, preset, given, seed, limit, patience } = request;
  // Who waits for a better epoch wants that one.
  const kept = patience === undefined ? given : { keep: "best" as const, ...given };
  // All of them before the first: a flag that is wrong for the second must not wait for the first to end.
  const recipes = models.map((model) => recipeOf(model, preset, kept, models));
  const command = `mnist ${process.argv.slice(2).map(shellWord).join(" ")}`;
  const progress = new Progress(request.isQuiet);
  try {
    const loaded = new Map<string, Data>();
    for (const [i, model] of models.entries()) {
      const { validation, heldOut } = recipes[i];
      // Most often one data set serves both.
      const key = `${validation} ${heldOut}`;
      const data =
        loaded.get(key) ?? (await loadData(request.data, { seed, validation, heldOut, limit, signal, progress }));
      loaded.set(key, data);
      await useThreads(model, request.threads, progress);
      const plan: RunPlan = {
        ...{ model, recipe: recipes[i], patience: patience ?? null, seed, limit: limit ?? null, data: request.data },
        ...{ command, started: new Date().toISOString(), resumed: [] },
      };
      try {
        await trainModel({ plan, data, circumstances: request, resume: null, progress, signal });
      } catch (error) {
        for (const left of models.slice(i + 1)) progress.note(`the ${left} network was not begun; train it by itself`);
        throw error;
      }
    }
  } finally {
    progress.clear();
  }
}
