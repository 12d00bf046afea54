// checkCopy: refuses what another copy of the library made.
//
// A process may load the library twice: two versions in node_modules, a bundle beside it, a test runner's realm. Each copy has
// its own memory, in which the address of a tensor of the other is that of something else.

import { RuntimeError } from "../base/errors.ts";
import { ENTRY } from "../runtime/embedded_kernels.ts";
import { VERSION } from "../runtime/version.ts";

interface Copy {
  readonly version: string;
  /** Not said by early versions. */
  readonly entry?: string;
}

/** Under this name the tensors, modules and data sets of all copies say of which they are. */
export const COPY: unique symbol = Symbol.for("simdgrad.copy") as never;

/** This one. */
export const THIS_COPY: Copy = { version: VERSION, entry: ENTRY };

/** @throws {RuntimeError} the value is a tensor, module or data set of another copy */
export function checkCopy(op: string, name: string, value: unknown): void {
  const copy = (value as { [COPY]?: Copy } | null | undefined)?.[COPY];
  if (copy === undefined || copy === THIS_COPY) return;
  const { version, entry = ENTRY } = copy;
  const advice =
    entry === ENTRY
      ? "Load the library once: npm ls simdgrad lists the copies installed, and a bundle may hold one more."
      : `This page mixes simdgrad and simdgrad/slim: import all of it from one.`;
  throw new RuntimeError(
    `${op}: ${name} was made by another copy of simdgrad (version ${version}; this one is ${VERSION}), whose memory this one cannot ` +
      `read. ${advice}`,
    { argument: name, version, ownVersion: VERSION },
  );
}
