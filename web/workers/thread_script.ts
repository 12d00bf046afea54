// Where the script of a thread is, for the workers that have threads: the page's policy allows none that is made of text.

import script from "../../dist/worker.js?url";
import { addressOf } from "../read/thread.ts";

export const threadScript = addressOf(script);
