// What a network is called at the head of a column.

import type { ModelName } from "../../../models/index.ts";
import { cards } from "../../read/reader.ts";

/** @example networkName("cnn") // "CNN" */
export function networkName(name: ModelName): string {
  const label = (cards.value[name]?.label ?? name).replace(/^the /, "");
  return label[0].toUpperCase() + label.slice(1);
}
