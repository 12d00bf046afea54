// DownloadError: no mirror gave a file, and why.

import { DataError } from "../lib/base/errors.ts";

export interface MirrorFailure {
  mirror: string;
  reason: string;
}

/** No mirror gave the file; the message names each with its reason. */
export class DownloadError extends DataError {
  override readonly name: string = "DownloadError";

  constructor(
    readonly fileName: string,
    readonly failures: readonly MirrorFailure[],
    /** What may be the cause of all of them: a proxy that is not used. A whole sentence. */
    readonly hint: string | null = null,
    /** What else there is to say, in whole sentences. */
    readonly remarks: readonly string[] = [],
  ) {
    const all = failures.map(({ mirror, reason }) => `${mirror}: ${reason}`).join("; ") || "none was named";
    super([`download: no mirror gave ${fileName}; ${all}.`, ...(hint ? [hint] : []), ...remarks].join(" "), {
      fileName,
      failures,
    });
  }

  /** Why, in a few words: one reason where all mirrors have the same. */
  get summary(): string {
    const { failures, hint } = this;
    const reasons = new Set(failures.map(({ reason }) => reason));
    const each = failures.map(({ mirror, reason }) => `${hostOf(mirror)}: ${reason}`);
    const all =
      failures.length > 1 && reasons.size === 1 ? [`all ${failures.length} mirrors: ${failures[0].reason}`] : each;
    return [...(all.length > 0 ? all : ["no mirror was named"]), ...(hint ? [hint.replace(/\.$/, "")] : [])].join("; ");
  }
}

function hostOf(mirror: string): string {
  return URL.canParse(mirror) ? new URL(mirror).host : mirror;
}
