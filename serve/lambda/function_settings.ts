// functionSettings: what a function is told by the variables of its environment.

import { join } from "node:path";
import { OptionError } from "../../lib/base/errors.ts";
import { type LogLevel, type ServeOptions, type ServeSettings, serveSettings } from "../options.ts";

/**
 *   MNIST_API_KEY      a key that requests must bring; default none is asked for
 *   MNIST_LOG_LEVEL    debug, info, warn, error or silent; default info
 *   MNIST_MAX_IMAGES   images of one request; default 64
 *   MNIST_OUT          the folder of runs and versions; default outputs/ beside the function, which may not exist
 *   MNIST_TIMEOUT      seconds that a request may take; default 10, and never more than the function's own
 *
 * CORS is the Function URL's or the gateway's business: a header that stood twice would be refused by browsers.
 *
 * @throws {OptionError} a value that is not what it may be
 */
export function functionSettings(environment: NodeJS.ProcessEnv): ServeSettings {
  const { LAMBDA_TASK_ROOT: root = "." } = environment;
  const given = (name: string): string | undefined => environment[name] || undefined;
  const options: ServeOptions = {
    outputs: given("MNIST_OUT") ?? join(root, "outputs"),
    apiKey: given("MNIST_API_KEY"),
    logLevel: given("MNIST_LOG_LEVEL") as LogLevel | undefined,
    maxImages: numberIn("MNIST_MAX_IMAGES", given("MNIST_MAX_IMAGES")),
    timeoutSeconds: numberIn("MNIST_TIMEOUT", given("MNIST_TIMEOUT")),
  };
  return serveSettings(options);
}

function numberIn(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value))
    throw new OptionError(`functionSettings: ${name} must be a number; got ${text}.`, { name });
  return value;
}
