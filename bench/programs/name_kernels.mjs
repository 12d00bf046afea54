// The kernels as they are shipped, but with the names of their functions inside, on standard output: for profiles.
//
//   node bench/programs/name_kernels.mjs TARGET

import { readdirSync, writeSync } from "node:fs";
import process from "node:process";
import asc from "assemblyscript/asc";
import InlineShared from "../../scripts/inline_shared.mjs";

const entries = readdirSync("kernels").filter((file) => file.endsWith(".ts"));
let wasm = new Uint8Array();
const { error, stderr } = await asc.main(
  [...entries.map((file) => `kernels/${file}`), "--config", "asconfig.json", "--target", process.argv[2], "--debug"],
  {
    transforms: [new InlineShared()],
    writeFile(name, content) {
      if (name.endsWith(".wasm")) wasm = content;
    },
  },
);
if (error) {
  console.error(stderr.toString());
  process.exit(1);
}
for (let at = 0; at < wasm.length; ) at += writeSync(1, wasm, at);
