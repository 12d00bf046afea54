// What an exporter takes.

import type { Sequential } from "../../lib/nn/sequential.ts";

/** A trained network, and what is known of it. What `store` loads is one. */
export interface ExportableModel {
  /** A name of the table of networks, or any other. */
  name: string;
  network: Sequential;
  /** As checkpoints have it: dataset, test_accuracy, seed … */
  metadata: Readonly<Record<string, string>>;
}
