// A program that turns wide SIMD on, or tries to: it holds for a process, so each has one of its own.

import { spawnSync } from "node:child_process";
import process from "node:process";

/** Flags of V8 are kept in a list rather than set: on a host that knows them and does nothing about them, as without AVX2. */
export const FLAGS_KEPT = `
  const flags = [];
  v8.setFlagsFromString = (flag) => flags.push(flag);
`;

/**
 * @param program lines that have the library, Node's v8 and zlib
 * @param node the binary
 * @returns what it prints
 */
export function runWide(program: string, env: NodeJS.ProcessEnv = {}, node: string = process.execPath): string {
  const script = `
    import { syncBuiltinESMExports } from "node:module";
    import v8 from "node:v8";
    import zlib from "node:zlib";
    import { enableRelaxedSimd, enableWideSimd } from "./data/index.node.ts";
    import { matmul, rand, relu, runtimeInfo, tensor } from "./lib/index.ts";
    enableRelaxedSimd();
    ${program}
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  const { SIMDGRAD_NO_WIDE: _, ...own } = process.env;
  const { stdout, stderr } = spawnSync(node, args, { encoding: "utf8", env: { ...own, ...env } });
  return `${stdout}${stderr}`.trim();
}
