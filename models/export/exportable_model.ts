// What an exporter takes.

import type { Sequential } from "../../lib/nn/sequential.ts";
import type { CheckpointMetadata } from "../checkpoint_metadata.ts";

/** A trained network, and what is known of it. What `store` loads is one. */
export interface ExportableModel {
  /** A name of the table of networks, or any other. */
  name: string;
  network: Sequential;
  /** What its checkpoint says of it. */
  metadata: CheckpointMetadata;
}
