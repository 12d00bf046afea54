// What a network is called at the head of a column.

import type { ModelName } from "../../../models/index.ts";
import { title } from "../../look/title.ts";
import { cards } from "../../read/reader.ts";

/** @example networkName("cnn") // "CNN", or "CNN (your own)" */
export function networkName(name: ModelName): string {
  return `${title(cards.value[name]?.label ?? name)}${isOwn(name) ? " (your own)" : ""}`;
}

/** Whether it reads with weights that are not the shipped ones: taught, trained here, or from a file. */
export function isOwn(name: ModelName): boolean {
  return (cards.value[name]?.origin ?? "shipped") !== "shipped";
}
