// Somebody who uses the package: it is packed, and installed into a folder of theirs without network.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** Twenty lines that train. */
export const PROGRAM = `
import { AdamW, backward, crossEntropy, Linear, rand, tensor } from "simdgrad";

const x = rand([64, 784], { seed: 1 });
const y = tensor(Int32Array.from({ length: 64 }, (_, i) => i % 10));
const model = new Linear(784, 10, { seed: 1 });
const optimizer = new AdamW(model.parameters(), { lr: 1e-2 });
const losses: number[] = [];
for (let step = 0; step < 20; step++) {
  optimizer.zeroGrad();
  const loss = crossEntropy(model.forward(x), y);
  backward(loss);
  optimizer.step();
  losses.push(loss.item());
}
console.log(JSON.stringify(losses));
`;

/** What a command prints. @throws it fails; the message is all that it said */
export function run(cwd: string, command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr, message } = error as { stdout: string | null; stderr: string | null; message: string };
    throw new Error(`${command} ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? message}`);
  }
}

/** @returns the tarball's path; the folder then holds it, a package.json, and the package in node_modules */
export function installPackage(folder: string): string {
  const [packed] = JSON.parse(run(process.cwd(), "npm", "pack", "--json", "--pack-destination", folder));
  const tarball = join(folder, packed.filename);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", type: "module", private: true }));
  run(folder, "npm", "install", "--offline", "--no-audit", "--no-fund", tarball);
  return tarball;
}
