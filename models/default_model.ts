// The network that is meant where nobody says which: apart from the table of them, whose rows bring the networks along.

import type { ModelName } from "./table.ts";

export const DEFAULT_MODEL: ModelName = "cnn";
