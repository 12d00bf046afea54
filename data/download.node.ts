// Fetches one file from the first mirror that has it whole.
//
// Each mirror's bytes go to a separate part file, since no two need be compressed alike. A part left by
// a broken connection is continued by a Range request, in this run or a later one; the file itself appears
// by a rename, and only with content that was accepted.

import { createHash } from "node:crypto";
import { ftruncateSync, rmSync } from "node:fs";
import { lstat, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DataError, problemOf, RuntimeError } from "../lib/base/errors.ts";
import { makeFolder } from "../lib/base/make_folder.node.ts";
import { closeQuietly, openOwned, writeAll } from "../lib/base/open_file.node.ts";
import { readFileBounded } from "../lib/base/read_file.node.ts";
import { systemCode } from "../lib/base/system_error.ts";
import { writeFileAtomic } from "../lib/formats/atomic_file.node.ts";
import { DownloadError, type MirrorFailure } from "./download_error.ts";
import { environmentProxy, fetchThroughProxy } from "./proxy.node.ts";

export interface DownloadProgress {
  /** As it will be called in the folder. */
  fileName: string;
  mirror: string;
  receivedBytes: number;
  /** null where the mirror does not say. */
  totalBytes: number | null;
}

export interface DownloadOptions<T> {
  fileName: string;
  folder: string;
  /** Base URLs, tried in order. */
  mirrors: readonly string[];
  /** The most the file may have. */
  maxBytes: number;
  /** How long a mirror may take to answer. */
  answerTimeoutMs: number;
  /** How long it may send nothing after that. */
  timeoutMs: number;
  /** Checks the bytes, throwing where they are wrong; what it returns is the result. */
  accept(bytes: Uint8Array, url: string): T;
  signal?: AbortSignal;
  onProgress?(progress: DownloadProgress): void;
}

/** A connection may break this often before its mirror is given up, provided that it brings something. */
const MAX_ATTEMPTS = 5;

/** A mirror that sends less than this on average is given up: at 1 byte a minute a file takes years. */
const LEAST_BYTES_PER_SECOND = 2048;
/** Over how many times `timeoutMs` that is measured: a line may stand still for that long, and then be fast. */
const TIMEOUTS_PER_SPAN = 2;

/** What is wrong with a mirror: the next one is tried. */
class MirrorError extends Error {}
/** It brings something, but too little to ask it for more. */
class SlowMirrorError extends MirrorError {}

/**
 * @throws {DownloadError} no mirror has it
 * @throws {DataError} the folder cannot be written
 * @throws the signal's reason, when it is aborted
 */
export async function download<T>(options: DownloadOptions<T>): Promise<T> {
  const { fileName, folder, mirrors, signal } = options;
  const made: string[] = [];
  onDisk(folder, () => makeFolder(folder, made));
  const failures: MirrorFailure[] = [];
  for (const mirror of mirrors) {
    try {
      const { bytes, result } = await fromMirror(mirror, options);
      onDisk(folder, () => writeFileAtomic(join(folder, fileName), bytes, { followLinks: false }));
      await removeParts(folder, fileName);
      return result;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof MirrorError)) throw error;
      failures.push({ mirror, reason: error.message });
    }
  }
  if (made.length > 0) await removeEmpty(folder, made[0]);
  throw new DownloadError(fileName, failures, unusedProxy(mirrors));
}

/** The proxy that this Node cannot use, where the environment names one. */
function unusedProxy(mirrors: readonly string[]): string | null {
  return mirrors.map((mirror) => environmentProxy(mirror)?.problem).find((problem) => problem) ?? null;
}

/** Takes the folder away again, and those above it up to `top`, unless there is something in them. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  try {
    for (let path = resolve(folder); ; path = dirname(path)) {
      await rmdir(path);
      if (path === resolve(top)) return;
    }
  } catch {
    // A part that is worth keeping is in it.
  }
}

async function fromMirror<T>(mirror: string, options: DownloadOptions<T>): Promise<{ bytes: Uint8Array; result: T }> {
  const { fileName, folder, maxBytes, accept } = options;
  const url = `${mirror}/${fileName}`;
  const part = join(folder, `${fileName}.${createHash("sha256").update(mirror).digest("hex").slice(0, 8)}.part`);
  for (let attempt = 1; ; attempt++) {
    const before = await sizeOf(part, maxBytes);
    let problem: MirrorError;
    try {
      await fetchInto(part, before, url, mirror, options);
      const bytes = onDisk(part, () => readFileBounded(part, maxBytes));
      try {
        return { bytes, result: accept(bytes, url) };
      } catch (error) {
        onDisk(part, () => rmSync(part, { force: true }));
        problem = new MirrorError((error as Error).message.replace(/\.$/, ""));
        // A part of another day may not fit what the mirror has now: once more from the start.
        if (before > 0) continue;
      }
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      problem = error;
      const isWorthAnother = !(error instanceof SlowMirrorError) && attempt < MAX_ATTEMPTS;
      if (isWorthAnother && (await sizeOf(part, maxBytes)) > before) continue;
    }
    throw problem;
  }
}

/** Appends to the part what is missing behind `offset`, or restarts it where the mirror sends all of it. */
async function fetchInto<T>(
  part: string,
  offset: number,
  url: string,
  mirror: string,
  options: DownloadOptions<T>,
): Promise<void> {
  const named = environmentProxy(url);
  const proxy = named?.problem === null ? named : null;
  const { fileName, maxBytes, answerTimeoutMs, timeoutMs, signal, onProgress } = options;
  const stalled = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expectData = (limitMs = timeoutMs): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(new MirrorError(`no answer for ${limitMs / 1000} s`)), limitMs);
  };
  expectData(answerTimeoutMs);
  onProgress?.({ fileName, mirror, receivedBytes: offset, totalBytes: null });
  try {
    const request = {
      // The file as it lies there: a transparent compression would make sizes and ranges mean something else.
      headers: { "Accept-Encoding": "identity", ...(offset > 0 ? { Range: `bytes=${offset}-` } : {}) },
      signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    };
    const response = await (proxy && !proxy.isInUse ? fetchThroughProxy(url, request, proxy) : fetch(url, request));
    if (offset > 0 && response.status === 416) {
      // Nothing lies behind the part: it is whole, or not of this file. Its content will tell.
      await response.body?.cancel();
      return;
    }
    if (!response.ok || !response.body) throw new MirrorError(`HTTP ${response.status}`);
    const continues =
      response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${offset}-`) === true;
    let receivedBytes = continues ? offset : 0;
    expectData();
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const totalBytes = Number.isNaN(length) ? null : receivedBytes + length;
    if (totalBytes !== null && totalBytes > maxBytes) throw new MirrorError(`${totalBytes} bytes, too many`);
    const { file } = onDisk(part, () => openOwned(part));
    try {
      if (!continues) onDisk(part, () => ftruncateSync(file));
      const spanMs = TIMEOUTS_PER_SPAN * timeoutMs;
      const isTooSlow = rateBelow((LEAST_BYTES_PER_SECOND * spanMs) / 1000, spanMs);
      for await (const chunk of response.body) {
        expectData();
        receivedBytes += chunk.length;
        if (receivedBytes > maxBytes) throw new MirrorError(`more than ${maxBytes} bytes`);
        onDisk(part, () => writeAll(file, chunk));
        onProgress?.({ fileName, mirror, receivedBytes, totalBytes });
        if (receivedBytes !== totalBytes && isTooSlow(chunk.length))
          throw new SlowMirrorError(`slower than ${LEAST_BYTES_PER_SECOND} bytes a second`);
      }
    } finally {
      closeQuietly(file);
    }
    if (totalBytes !== null && receivedBytes < totalBytes) {
      throw new MirrorError(`broke off after ${receivedBytes} of ${totalBytes} bytes`);
    }
  } catch (error) {
    if (error instanceof DataError || error instanceof MirrorError) throw error;
    if (stalled.signal.aborted) throw stalled.signal.reason;
    throw new MirrorError(`${reasonOf(error)}${proxy ? `, by way of the proxy in ${proxy.variable}` : ""}`);
  } finally {
    clearTimeout(timer);
    // Ends a connection whose body was not read to its end.
    stalled.abort(new MirrorError("done"));
  }
}

/** What a failed connection's codes mean; the code is said as well. */
const CODES: Readonly<Record<string, string>> = {
  ENOTFOUND: "unknown host (ENOTFOUND), as without a network",
  EAI_AGAIN: "no answer from DNS (EAI_AGAIN), as without a network",
  ENETUNREACH: "network unreachable (ENETUNREACH)",
  EHOSTUNREACH: "host unreachable (EHOSTUNREACH)",
  ECONNREFUSED: "connection refused (ECONNREFUSED)",
  ECONNRESET: "connection broken (ECONNRESET)",
  UND_ERR_SOCKET: "connection broken",
  ETIMEDOUT: "no answer (ETIMEDOUT)",
  UND_ERR_CONNECT_TIMEOUT: "no answer",
  ERR_ACCESS_DENIED: "not allowed by Node's permission model (ERR_ACCESS_DENIED)",
};
/** Those of a certificate that is not trusted, often one of a proxy that reads along. */
const CERTIFICATE_CODE = /CERT|SELF_SIGNED|ALTNAME|VERIFY/;

/** fetch says "fetch failed"; what failed stands in its cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: inner } = (cause ?? error) as NodeJS.ErrnoException;
  if (code === undefined) return inner || message;
  return CODES[code] ?? (CERTIFICATE_CODE.test(code) ? `certificate not trusted (${code})` : code);
}

/** Whether less than that many bytes came in a span of time, asked after each piece: spans follow one another. */
function rateBelow(leastBytes: number, spanMs: number): (bytes: number) => boolean {
  let [begun, bytes] = [performance.now(), 0];
  return (more) => {
    bytes += more;
    const now = performance.now();
    if (now - begun < spanMs) return false;
    const isBelow = bytes < leastBytes;
    [begun, bytes] = [now, 0];
    return isBelow;
  };
}

async function removeParts(folder: string, fileName: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${fileName}.`) && name.endsWith(".part")) await rm(join(folder, name), { force: true });
  }
}

/** How much of it an earlier download left. What is none of ours, a link for one, or too large, is taken away. */
async function sizeOf(part: string, maxBytes: number): Promise<number> {
  const found = await lstat(part).catch(() => null);
  if (found === null) return 0;
  if (found.isFile() && found.nlink === 1 && found.size <= maxBytes) return found.size;
  await rm(part, { force: true }).catch(() => {}); // What is wrong with it, opening it says.
  return 0;
}

/** A disk's errors are no fault of a mirror: they end the download. */
function onDisk<R>(path: string, work: () => R): R {
  try {
    return work();
  } catch (error) {
    const code = systemCode(error) ?? (error instanceof RuntimeError ? systemCode(error.details) : undefined);
    throw new DataError(
      `download: cannot write ${path}; ${code ?? problemOf(error)}. Choose a folder with room and permission.`,
      { path, code },
    );
  }
}
