// The runtime of the function where Lambda does not bring one: a container image, or a custom runtime. Its own file, so that it
// can report that the function's does not load.
//
//   AWS_LAMBDA_RUNTIME_API   host:port of the Runtime API
//   _HANDLER                 FILE.EXPORT of the function; default index.handler
//   LAMBDA_TASK_ROOT         the folder of that file; default this one's

import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { RuntimeError } from "../../lib/base/errors.ts";
import { type Handler, runLoop } from "./run_loop.ts";
import { RuntimeApi } from "./runtime_api.ts";

const { AWS_LAMBDA_RUNTIME_API: address, _HANDLER: name = "index.handler", LAMBDA_TASK_ROOT: root } = process.env;

if (!address) {
  throw new RuntimeError("bootstrap: AWS_LAMBDA_RUNTIME_API is not set; Lambda starts this program, and sets it.");
}
const api = new RuntimeApi(address);
const stop = new AbortController();
// Sent before the end where extensions are registered: an invocation that has begun is answered.
process.on("SIGTERM", () => stop.abort());
await runLoop(api, await loadHandler(), stop.signal);
process.exit(0);

async function loadHandler(): Promise<Handler> {
  try {
    const [file, exported] = name.split(/\.(?=[^.]*$)/);
    const url =
      root === undefined ? new URL(`./${file}.mjs`, import.meta.url) : pathToFileURL(join(root, `${file}.mjs`));
    const { [exported]: handler } = (await import(url.href)) as Record<string, unknown>;
    if (typeof handler === "function") return handler as Handler;
    throw new RuntimeError(`bootstrap: ${file}.mjs exports no function ${exported}; set the handler to index.handler.`);
  } catch (error) {
    await api.failInit(error).catch(() => {}); // the error itself says more than that it was not taken
    throw error;
  }
}
