// What is in one of MNIST's files, once it is decompressed: proven by shape and SHA-256 to be what it should.

import { DataError, formatShape } from "../lib/base/errors.ts";
import { readIdx } from "../lib/data/idx.ts";
import type { MnistFile } from "./mnist.ts";

export interface MnistContent {
  /** Which of the files that it might be. */
  readonly file: MnistFile;
  /** The elements, row-major. */
  readonly data: Uint8Array;
}

export interface ProofOptions {
  /** The function that its caller knows. */
  op: string;
  /** The path or URL, or the argument, for messages. */
  where: string;
  /** What to do where it is another data set: "say its name". */
  other: string;
  sha256Of(bytes: Uint8Array): string;
}

/**
 * @param plain the whole file, decompressed
 * @param files what it may be, the original first
 * @throws {DataError} not IDX, another shape, or other content
 */
export function proveContent(
  plain: Uint8Array,
  files: readonly MnistFile[],
  { op, where, other, sha256Of }: ProofOptions,
): MnistContent {
  const [original] = files;
  const { shape, data } = readIdx(plain, where, { rank: original.shape.length });
  const alike = files.filter((file) => shape.every((dim, axis) => dim === file.shape[axis]));
  if (alike.length === 0) {
    const expected = [...new Set(files.map((file) => formatShape(file.shape)))].join(" or ");
    throw new DataError(
      `${op}: ${where} holds ${formatShape(shape)}, expected ${expected}. If it is another data set, ${other}.`,
      { where, shape, expected: original.shape, needsName: true },
    );
  }
  const sha256 = sha256Of(plain);
  const file = alike.find((candidate) => candidate.sha256 === sha256);
  if (!file) {
    const expected = alike.map((candidate) => candidate.sha256).join(" or ");
    throw new DataError(
      `${op}: ${where} is not the original file; the SHA-256 of its content is ${sha256}, expected ${expected}. ` +
        `It is damaged: fetch it again. Or it is another data set: ${other}.`,
      { where, sha256, expected: alike[0].sha256, needsName: true },
    );
  }
  return { file, data };
}
