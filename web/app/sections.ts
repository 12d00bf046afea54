// The sections of the app, each a chunk of its own that is loaded when it is opened.

import type { ComponentType } from "preact";
import type { SectionName } from "./place.ts";

export interface Section {
  readonly title: string;
  load(): Promise<ComponentType>;
}

export const SECTIONS: Readonly<Record<SectionName, Section>> = {
  draw: { title: "Draw", load: async () => (await import("../draw/draw.tsx")).Draw },
  inside: { title: "See inside", load: async () => (await import("../inside/inside.tsx")).Inside },
  train: { title: "Train", load: async () => (await import("../train/train.tsx")).Train },
};
