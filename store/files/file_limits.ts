// The most that is read of each kind of file. Far more than any honest one has, and little enough for memory: a larger file is
// refused before anything is read.

const MiB = 2 ** 20;

export const FILE_LIMITS = {
  /** A process, as JSON. */
  lock: 4096,
  /** run.json: some 300 bytes for each epoch of its history. */
  record: 16 * MiB,
  /** metrics.jsonl and event files: some 7 KB an epoch. */
  log: 128 * MiB,
  /** versions.jsonl: some 700 bytes for each promotion or rollback. */
  registry: 64 * MiB,
  /** Weights, or what a run resumes from: six copies of them. Networks of up to 10 million parameters. */
  weights: 256 * MiB,
} as const;
