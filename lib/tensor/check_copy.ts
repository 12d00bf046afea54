// checkCopy: refuses what another copy of the library made.
//
// A process may load the library twice: two versions in node_modules, a bundle beside it, a test runner's realm. Each copy has
// its own memory, in which the address of a tensor of the other is that of something else.

import { RuntimeError } from "../base/errors.ts";
import { VERSION } from "../runtime/version.ts";

interface Copy {
  readonly version: string;
}

/** Under this name the tensors and modules of all copies say of which they are. */
export const COPY: unique symbol = Symbol.for("simdgrad.copy") as never;

/** This one. */
export const THIS_COPY: Copy = { version: VERSION };

/** @throws {RuntimeError} the value is a tensor or module of another copy */
export function checkCopy(op: string, name: string, value: unknown): void {
  const copy = (value as { [COPY]?: Copy } | null | undefined)?.[COPY];
  if (copy === undefined || copy === THIS_COPY) return;
  const { version } = copy;
  throw new RuntimeError(
    `${op}: ${name} was made by another copy of simdgrad (version ${version}; this one is ${VERSION}), whose memory this one cannot ` +
      "read. Load the library once: npm ls simdgrad lists the copies installed, and a bundle may hold one more.",
    { argument: name, version, ownVersion: VERSION },
  );
}
