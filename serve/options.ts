// ServeOptions: what a server can be told, its defaults, and what each may be.

import { boolean, check, checkOptions, integer, oneOf, type Rule, string, strings } from "../lib/base/check.ts";
import { OptionError } from "../lib/base/errors.ts";
import { notBlank } from "../lib/base/line.ts";
import { printable } from "../lib/base/printable.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface ServeOptions {
  /** Address to listen on; default 127.0.0.1, which nobody else reaches. */
  host?: string;
  /** Default 8000; 0 takes any that is free. */
  port?: number;
  /** Processes, each with its own network and memory; default 1. */
  workers?: number;
  /** The folder of runs and versions; default "outputs". */
  outputs?: string;
  /** The folder of the built web app; default the package's own. */
  web?: string;
  /** Images that may wait, of all requests together; default 512. Beyond it, 503 with Retry-After. */
  maxQueue?: number;
  /** Milliseconds to wait for further images once the network is free; default 0. */
  maxQueueDelayMs?: number;
  /** Seconds from a request's first byte to its answer; default 10. */
  timeoutSeconds?: number;
  /** Bytes of a request's body; default 1 MiB. */
  maxBodyBytes?: number;
  /** Images of one request; default 64. */
  maxImages?: number;
  /** Pixels of one picture; default 16 million. */
  maxPixels?: number;
  /** Seconds after SIGTERM in which requests are still taken, while /v2/health/ready says 503; default 0. */
  drainDelaySeconds?: number;
  /** Origins whose pages may call; "*" is every one. Default none. */
  cors?: readonly string[];
  /** A key that requests must bring; default none is asked for. */
  apiKey?: string;
  /** Requests a minute from one address; default any number. Each of several workers grants its share of them. */
  rateLimit?: number;
  /** Proxies in front that are trusted to say whom they speak for; default 0. */
  trustProxy?: number;
  /** Port of its own for /metrics; default it is on the server's. */
  metricsPort?: number;
  logLevel?: LogLevel;
  /** Whether the log says who asked; default true. */
  logAddresses?: boolean;
  /** Whether the program may use wide kernels where this Node has them; default true. The answers are the same. */
  isWide?: boolean;
}

export type ServeSettings = Required<Omit<ServeOptions, "apiKey" | "rateLimit" | "metricsPort" | "web">> &
  Pick<ServeOptions, "apiKey" | "rateLimit" | "metricsPort" | "web">;

interface Range {
  readonly isInteger?: boolean;
  /** The smallest that is allowed. */
  readonly min?: number;
  /** It must be larger than this. */
  readonly above?: number;
  /** The largest that is allowed. */
  readonly max?: number;
}

const PORT: Range = { isInteger: true, min: 0, max: 65_535 };
/** What numbers may be; the flags of `mnist serve` as well. */
export const RANGES = {
  port: PORT,
  workers: { isInteger: true, min: 1, max: 64 },
  maxQueue: { isInteger: true, min: 1, max: 65_536 },
  maxQueueDelayMs: { min: 0, max: 1000 },
  timeoutSeconds: { above: 0, max: 3600 },
  maxBodyBytes: { isInteger: true, min: 1024, max: 2 ** 28 },
  maxImages: { isInteger: true, min: 1, max: 4096 },
  maxPixels: { isInteger: true, min: 784 },
  drainDelaySeconds: { min: 0, max: 3600 },
  rateLimit: { isInteger: true, min: 1 },
  trustProxy: { isInteger: true, min: 0, max: 16 },
  metricsPort: PORT,
} as const satisfies { readonly [Name in keyof ServeOptions]?: Range };

function within({ isInteger, min, above, max }: Range): Rule {
  if (isInteger) return integer(min, max);
  const low = above === undefined ? `≥ ${min}` : `> ${above}`;
  return {
    says: `a number ${low} and ≤ ${max}`,
    holds: (value) =>
      typeof value === "number" &&
      value >= (min ?? value) &&
      value > (above ?? Number.NEGATIVE_INFINITY) &&
      value <= (max ?? value),
  };
}

const RULES: Readonly<Record<keyof ServeOptions, Rule>> = {
  ...(Object.fromEntries(Object.entries(RANGES).map(([name, range]) => [name, within(range)])) as Record<
    keyof typeof RANGES,
    Rule
  >),
  host: notBlank,
  outputs: notBlank,
  web: notBlank,
  cors: strings,
  apiKey: string,
  logLevel: oneOf(...LOG_LEVELS),
  logAddresses: boolean,
  isWide: boolean,
};
export const DEFAULTS = {
  host: "127.0.0.1",
  port: 8000,
  workers: 1,
  outputs: "outputs",
  maxQueue: 512,
  maxQueueDelayMs: 0,
  timeoutSeconds: 10,
  maxBodyBytes: 2 ** 20,
  maxImages: 64,
  maxPixels: 16_000_000,
  drainDelaySeconds: 0,
  cors: [],
  trustProxy: 0,
  logLevel: "info",
  logAddresses: true,
  isWide: true,
} as const;

/** @throws {OptionError} an unknown option, or a value that is not what it may be */
export function serveSettings(options: ServeOptions): ServeSettings {
  checkOptions("serve", options, RULES);
  if (options.apiKey !== undefined) check("serve", "apiKey", options.apiKey, notBlank);
  for (const origin of options.cors ?? []) {
    if (origin === "*" || isOrigin(origin)) continue;
    throw new OptionError(`serve: cors holds ${printable(origin)}, which is no origin; write it as https://example.com, without a path, or *.`, { cors: origin }); // biome-ignore format: one line
  }
  const { rateLimit, workers = DEFAULTS.workers, port = DEFAULTS.port, metricsPort } = options;
  if (metricsPort === port && port !== 0) {
    throw new OptionError(`serve: port and metricsPort are both ${port}; give the metrics another one, or leave it out to have them on the server's.`, { port, metricsPort }); // biome-ignore format: one line
  }
  if (rateLimit !== undefined && rateLimit < workers) {
    throw new OptionError(`serve: rateLimit is ${rateLimit} and workers is ${workers}; each worker counts for itself, so the limit must be at least as many.`, { rateLimit, workers }); // biome-ignore format: one line
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...DEFAULTS, ...given };
}

/** As browsers write it: scheme, host, and a port where it is not the scheme's own. */
function isOrigin(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\/[^/?#\s]+$/.test(text) && text === text.toLowerCase();
}
