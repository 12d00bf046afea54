// Before the contest: who takes part, in which version and build, and who does not, and why.

import type { Blas } from "./blas.ts";
import { type Contestant, start } from "./contestant.ts";

export interface Introduced {
  name: string;
  version: string;
  build: string;
  blas: Blas | null;
}

export interface Absent {
  name: string;
  reason: string;
  /** The command that brings it in, where it is not installed. */
  install: string | null;
}

/**
 * Each of another name is started once. Who is not installed, or does not start, takes no part.
 *
 * @param folder of any task
 */
export async function introduce(
  contestants: readonly Contestant[],
  folder: string,
): Promise<{ present: Contestant[]; introduced: Introduced[]; absent: Absent[] }> {
  const introduced: Introduced[] = [];
  const absent: Absent[] = [];
  for (const name of new Set(contestants.map((contestant) => contestant.name))) {
    const contestant = contestants.find((other) => other.name === name) as Contestant;
    if (!contestant.isInstalled()) {
      absent.push({ name, reason: "not installed", install: contestant.install });
      continue;
    }
    try {
      const { version, build, blas, stop } = await start(contestant, folder);
      stop();
      introduced.push({ name, version, build, blas });
    } catch (error) {
      absent.push({ name, reason: (error as Error).message, install: null });
    }
  }
  const isPresent = ({ name }: Contestant): boolean => introduced.some((other) => other.name === name);
  return { present: contestants.filter(isPresent), introduced, absent };
}
