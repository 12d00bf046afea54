// How the kernels are compiled: in one place for the build, for profiles and for planted faults.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import asc from "assemblyscript/asc";
import InlineShared from "./inline_shared.mjs";
import { pairLoops } from "./pair_loops.mjs";

/**
 * asc by asconfig.json.
 *
 * @param target of asconfig.json: a variant
 * @param args more of asc's own
 * @param options of asc.main
 * @returns what asc complains of; "" where all is well
 */
export async function compileKernels(target, files, args = [], options = {}) {
  const { error, stderr } = await asc.main([...files, "--config", "asconfig.json", "--target", target, ...args], {
    transforms: [new InlineShared()],
    readFile: (name, folder) => read(resolve(folder, name), target),
    ...options,
  });
  return error ? stderr.toString() : "";
}

/** @returns null where there is no such file, which asc then looks for elsewhere */
function read(path, target) {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return null;
  }
  return target === "wide" && path.endsWith(".ts") ? pairLoops(text) : text;
}
