// AssemblyScript on standard input, WebAssembly on standard output. A separate process, since a TypeScript loader
// would take ten seconds to look through the compiler.
//
//   node bench/programs/compile.mjs FEATURES PAGES

import { readFileSync, writeSync } from "node:fs";
import process from "node:process";
import asc from "assemblyscript/asc";

const [features, pages] = process.argv.slice(2);
const { error, binary, stderr } = await asc.compileString(readFileSync(0, "utf8"), {
  optimizeLevel: 3,
  runtime: "stub",
  noAssert: true,
  enable: features.split(","),
  initialMemory: Number(pages),
});
if (error) {
  console.error(stderr.toString());
  process.exit(1);
}
writeSync(1, binary);
