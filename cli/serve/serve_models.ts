// From flags to a running server. The one place where a door opens another: docs/adr/0017.

import process from "node:process";
import { systemCode } from "../../lib/base/system_error.ts";
import { type LogLevel, runServer, type ServeOptions } from "../../serve/index.ts";
import { type Flags, isSet, numberFlag, textFlag } from "../command_line/flags.ts";
import { UsageError } from "../terminal/exit_codes.ts";
import { stderr } from "../terminal/terminal.ts";

/** Ends when the server was asked to stop, and has answered what it had accepted. */
export async function serveModels(flags: Flags): Promise<void> {
  const options = optionsOf(flags);
  try {
    await runServer(options, {
      onListening({ url, models }) {
        const names = models.map(
          ({ name, version }) => `${name} ${version === "0" ? "(shipped)" : `version ${version}`}`,
        );
        stderr.print(`Serving ${names.join(" and ")} at ${url}; its API is described at ${url}/docs. Ctrl-C stops it.`);
      },
      onStopping() {
        stderr.print("Stopping: what was accepted is answered yet. Ctrl-C again ends it at once.");
      },
    });
  } catch (error) {
    throw explained(error, options);
  }
}

/** An address that cannot be listened on, by the flags that named it. */
function explained(error: unknown, { host = "127.0.0.1", port = 8000 }: ServeOptions): unknown {
  switch (systemCode(error)) {
    case "EADDRINUSE":
      return new UsageError(`--port ${port} is taken on ${host}; choose another, or 0 for any that is free.`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new UsageError(`--host ${host} is not an address of this machine; 0.0.0.0 is every one of it.`);
    case "EACCES":
      return new UsageError(`--port ${port} may not be listened on by this user; choose one above 1023.`);
    default:
      return error;
  }
}

function optionsOf(flags: Flags): ServeOptions {
  const port = { isInteger: true, min: 0, max: 65_535 };
  const count = { isInteger: true, min: 1 };
  return {
    host: textFlag(flags, "host"),
    port: numberFlag(flags, "port", port),
    metricsPort: numberFlag(flags, "metrics-port", port),
    trustProxy: numberFlag(flags, "trust-proxy", { isInteger: true, min: 0, max: 16 }),
    outputs: textFlag(flags, "runs"),
    workers: numberFlag(flags, "workers", { ...count, max: 64 }),
    timeoutSeconds: numberFlag(flags, "timeout", { above: 0, max: 3600 }),
    maxQueue: numberFlag(flags, "max-queue", { ...count, max: 65_536 }),
    maxQueueDelayMs: numberFlag(flags, "max-queue-delay", { min: 0, max: 1000 }),
    maxBodyBytes: numberFlag(flags, "max-body", { isInteger: true, min: 1024, max: 2 ** 28 }),
    maxImages: numberFlag(flags, "max-images", { ...count, max: 4096 }),
    rateLimit: numberFlag(flags, "rate-limit", count),
    drainDelaySeconds: numberFlag(flags, "drain-delay", { min: 0, max: 3600 }),
    cors: textFlag(flags, "cors")
      ?.split(",")
      .map((origin) => origin.trim()),
    apiKey: textFlag(flags, "api-key") ?? (process.env.MNIST_API_KEY || undefined),
    logLevel: textFlag(flags, "log-level") as LogLevel | undefined,
    logAddresses: !isSet(flags, "hide-addresses"),
  };
}
