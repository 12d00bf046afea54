// Keeps on the device what the networks were taught, and what they were before.

import type { ModelName } from "../../models/index.ts";
import { keepValue, keptValue } from "../read/kept_values.ts";
import { type OwnWeights, readOwnWeights } from "../read/own_weights.ts";
import type { Lesson } from "./pupil.ts";

const KEY = "lessons";
/** All are taught anew with each further one, within some seconds. */
export const MOST_LESSONS = 100;

/** @returns whether they outlast the page */
export function keepLessons(lessons: readonly Lesson[]): Promise<boolean> {
  return keepValue(KEY, lessons);
}

export async function keptLessons(): Promise<Lesson[]> {
  return readLessons(await keptValue(KEY));
}

/** What was stored, by this version or another: what is no lesson is left out. */
export function readLessons(stored: unknown): Lesson[] {
  if (!Array.isArray(stored)) return [];
  const lessons = stored.flatMap((each): Lesson[] => {
    const { pixels, digit }: { pixels?: unknown; digit?: unknown } = Object(each);
    const isLesson = pixels instanceof Uint8Array && pixels.length === 784;
    return isLesson && Number.isInteger(digit) && (digit as number) >= 0 && (digit as number) <= 9
      ? [{ pixels, digit: digit as number }]
      : [];
  });
  return lessons.slice(0, MOST_LESSONS);
}

/** @param own the weights before any lesson; null: the shipped ones */
export function keepBase(name: ModelName, own: OwnWeights | null): Promise<boolean> {
  return keepValue(`base-${name}`, own);
}

export async function keptBase(name: ModelName): Promise<OwnWeights | null> {
  return readOwnWeights(await keptValue(`base-${name}`));
}
