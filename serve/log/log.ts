// Log: what the server says of itself, one JSON object a line, on stdout.

import pino from "pino";
import type { LogLevel } from "../options.ts";

type Say = (fields: object, message: string) => void;

export interface Log {
  debug: Say;
  info: Say;
  warn: Say;
  error: Say;
}

export function makeLog(level: LogLevel): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
