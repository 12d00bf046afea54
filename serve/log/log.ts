// Log: what operators read of a running server: one line of JSON for each event, on standard output, by pino.
//
// Lines are gathered and written together, every 4 KiB or 0.2 s, since a write for each costs more than the line does. They are
// flushed when the process ends, but for one that is killed. No line holds a picture, a key, or a header: requests
// are told by the fields of RequestLine alone.

import process from "node:process";
import { type Logger, destination as openDestination, pino, stdTimeFunctions } from "pino";
import type { LogLevel } from "../options.ts";
import type { RequestLine } from "./request_line.ts";

export interface LogOptions {
  level: LogLevel;
  /** Whether lines keep their field `address`; default true. An address is personal data in some countries. */
  withAddress?: boolean;
  /** Whether lines are written together; default true. If not, each is written before the call returns. */
  isGathered?: boolean;
  /** The number of an open file; default 1, standard output. */
  fd?: number;
}

/** @param fields what the line says beside its message */
type Say = (fields: object, message: string) => void;

export interface Log {
  debug: Say;
  info: Say;
  warn: Say;
  error: Say;
  request(line: RequestLine): void;
  /** Writes what was gathered, before it returns. */
  flush(): void;
  /** The same without blocking, and takes no more lines. */
  close(): Promise<void>;
}

const GATHERED_BYTES = 4096;
const FLUSH_MS = 200;
export const CLOSE_MS = 1000;
/** A thread takes what waits for it within a millisecond, or a few on a machine that has more to do than it can. */
const BEGUN_MS = 50;
/** A reader of our output that stalls costs lines, not memory. */
const MAX_WAITING_BYTES = 8 * 2 ** 20;

const SILENT: Log = {
  ...{ request() {}, debug() {}, info() {}, warn() {}, error() {}, flush() {} },
  close: async () => {},
};

export function makeLog({ level, withAddress = true, isGathered = true, fd = 1 }: LogOptions): Log {
  if (level === "silent") return SILENT;
  const output = openDestination({
    dest: fd,
    // A reader that is slow must not stop the event loop.
    ...(isGathered ? { sync: false, minLength: GATHERED_BYTES, periodicFlush: FLUSH_MS } : { sync: true }),
    maxLength: MAX_WAITING_BYTES,
  });
  let isOpen = true;
  let dropped = 0;
  // A pipe whose reader has gone: the server goes on, silently.
  output.on("error", () => {
    isOpen = false;
  });
  output.on("drop", () => dropped++);
  output.on("drain", () => {
    if (dropped === 0 || !isOpen) return;
    const lines = dropped;
    dropped = 0;
    logger.warn({ lines }, "lines of this log were dropped: who reads it is too slow");
  });
  const flush = (): void => {
    if (!isOpen) return;
    try {
      output.flushSync();
    } catch {
      // Nobody reads any more.
    }
  };
  const atExit = (): void => {
    // A write that has not begun on its thread is given up when the process ends, and its lines are in no buffer: it gets a moment.
    if (isOpen) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BEGUN_MS);
    flush();
  };
  process.once("exit", atExit);
  const logger: Logger = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      ...(withAddress ? {} : { redact: { paths: ["address"], remove: true } }),
      formatters: { level: (label) => ({ level: label }) },
    },
    output,
  );
  const at =
    (severity: "debug" | "info" | "warn" | "error"): Say =>
    (fields, message) => {
      if (isOpen) logger[severity](fields, message);
    };
  return {
    ...{ debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
    request(line) {
      if (!isOpen) return;
      const severity = severityOf(line);
      logger[severity](line, "request");
    },
    flush,
    close() {
      process.off("exit", atExit);
      if (!isOpen) return Promise.resolve();
      isOpen = false;
      return new Promise((resolve) => {
        // A reader that is stuck must not keep the server from ending.
        const timer = setTimeout(resolve, CLOSE_MS);
        const done = (): void => {
          clearTimeout(timer);
          resolve();
        };
        output.once("close", done);
        output.once("error", done);
        output.end();
      });
    },
  };
}

/** Probes and scrapes come all day long, and say nothing as long as they succeed. */
function severityOf({ status, route }: RequestLine): "debug" | "info" | "warn" | "error" {
  if (status === 503) return "warn";
  if (status >= 500) return "error";
  return status < 400 && (route === "/metrics" || route.startsWith("/v2/health/")) ? "debug" : "info";
}
