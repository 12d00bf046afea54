// The reader's script, which holds nothing but what runs in it: parts that are loaded later import that, and not this. WebKit runs
// a worker's script once more for whoever imports it: a second reader in the first, without networks.

import { listen } from "./reading.ts";

listen();
