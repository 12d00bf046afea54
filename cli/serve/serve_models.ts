// From flags to a running server. The one place where a door opens another: docs/adr/0017.

import process from "node:process";
import { systemCode } from "../../lib/base/system_error.ts";
import { type LogLevel, runServer, type ServeOptions } from "../../serve/index.ts";
import { DEFAULTS, RANGES } from "../../serve/options.ts";
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
        stderr.print("Stopping: finishing accepted requests. Ctrl-C again ends it at once.");
      },
    });
  } catch (error) {
    throw explained(error, options);
  }
}

/** An address that cannot be listened on, by the flags that named it. */
function explained(error: unknown, options: ServeOptions): unknown {
  const { host = DEFAULTS.host, port = DEFAULTS.port, metricsPort } = options;
  const isMetrics = metricsPort !== undefined && (error as { port?: unknown } | null)?.port === metricsPort;
  const flag = isMetrics ? `--metrics-port ${metricsPort}` : `--port ${port}`;
  switch (systemCode(error)) {
    case "EADDRINUSE":
      return new UsageError(`${flag} is taken on ${host}; choose another, or 0 for any that is free.`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new UsageError(`--host ${host} is not an address of this machine; 0.0.0.0 is every one of it.`);
    case "EACCES":
      return new UsageError(`${flag} may not be listened on by this user; choose one above 1023.`);
    default:
      return error;
  }
}

function optionsOf(flags: Flags): ServeOptions {
  return {
    host: textFlag(flags, "host"),
    port: numberFlag(flags, "port", RANGES.port),
    metricsPort: numberFlag(flags, "metrics-port", RANGES.metricsPort),
    trustProxy: numberFlag(flags, "trust-proxy", RANGES.trustProxy),
    outputs: textFlag(flags, "runs"),
    workers: numberFlag(flags, "workers", RANGES.workers),
    timeoutSeconds: numberFlag(flags, "timeout", RANGES.timeoutSeconds),
    maxQueue: numberFlag(flags, "max-queue", RANGES.maxQueue),
    maxQueueDelayMs: numberFlag(flags, "max-queue-delay", RANGES.maxQueueDelayMs),
    maxBodyBytes: numberFlag(flags, "max-body", RANGES.maxBodyBytes),
    maxImages: numberFlag(flags, "max-images", RANGES.maxImages),
    rateLimit: numberFlag(flags, "rate-limit", RANGES.rateLimit),
    drainDelaySeconds: numberFlag(flags, "drain-delay", RANGES.drainDelaySeconds),
    cors: textFlag(flags, "cors")
      ?.split(",")
      .map((origin) => origin.trim()),
    apiKey: textFlag(flags, "api-key") ?? (process.env.MNIST_API_KEY || undefined),
    logLevel: textFlag(flags, "log-level") as LogLevel | undefined,
    logAddresses: !isSet(flags, "hide-addresses"),
    isWide: !isSet(flags, "no-wide"),
  };
}
