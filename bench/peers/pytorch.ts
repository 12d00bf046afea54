// npm run bench:pytorch: the CNN's training step against PyTorch's, from the same weights on the same batch, one thread
// each, in turns, so that what slows the machine slows both. Needs Debian's python3-torch.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { enableRelaxedSimd } from "../../cli/relaxed_simd.ts";
import { stateDict } from "../../lib/formats/checkpoint.ts";
import { encodeSafetensors } from "../../lib/formats/safetensors.ts";
import { scope } from "../../lib/index.ts";
import { loadKernels } from "../../lib/runtime/kernels.ts";
import { cnnStep } from "../cnn_step.ts";

const BATCH = 64;
const ROUNDS = 15;
const STEPS = 3;
const LAYOUTS = ["default", "channels_last"] as const;
/** Two f32 computations of one loss, in different orders. */
const LOSS_TOLERANCE = 1e-5;

enableRelaxedSimd();
const ours = cnnStep(BATCH);
const folder = mkdtempSync(join(tmpdir(), "simdgrad-bench-"));
try {
  await compare();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(): Promise<void> {
  const weights = join(folder, "weights.safetensors");
  const x = { dtype: "F32" as const, shape: ours.x.shape, data: Float32Array.from(ours.x.data) };
  writeFileSync(weights, encodeSafetensors({ ...stateDict(ours.model), x }, {}));
  const peer = await startPeer(weights);
  const lossError = Math.abs(
    Number(await peer.ask("loss")) - scope(() => cnnStep(BATCH, { dropout: 0 }).loss().item()),
  );
  if (!(lossError <= LOSS_TOLERANCE)) throw new Error(`the two first losses differ by ${lossError}`);

  const samples: Record<string, number[]> = { simdgrad: [], default: [], channels_last: [] };
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < STEPS; i++) scope(ours.run);
    const times: Record<string, number> = { simdgrad: (performance.now() - start) / STEPS };
    for (const layout of LAYOUTS) times[layout] = Number(await peer.ask(`${layout} ${STEPS}`));
    if (round > 0) for (const [name, ms] of Object.entries(times)) samples[name].push(ms);
  }
  peer.stop();
  report(peer.version, samples, lossError);
}

function report(version: string, samples: Record<string, number[]>, lossError: number): void {
  const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
  const reference = median(samples.default);
  console.log(
    `CNN training step, batch ${BATCH}, 1 thread: Node ${process.versions.node} with ${loadKernels().variant} kernels, PyTorch ${version}`,
  );
  console.log(`first losses agree to ${lossError.toExponential(1)}; medians of ${ROUNDS} rounds, interleaved\n`);
  for (const [name, values] of Object.entries(samples)) {
    const ms = median(values);
    const label = name === "simdgrad" ? name : `PyTorch, ${name}`;
    const speed = `${((BATCH * 1000) / ms).toFixed(0).padStart(6)} images/s`;
    console.log(`${label.padEnd(22)} ${ms.toFixed(1).padStart(7)} ms  ${speed}  ${(reference / ms).toFixed(2)}×`);
  }
}

interface Peer {
  readonly version: string;
  ask(line: string): Promise<string>;
  stop(): void;
}

async function startPeer(weights: string): Promise<Peer> {
  const python = spawnSync("sh", ["-c", "command -p -v python3"], { encoding: "utf8" }).stdout.trim();
  const script = new URL("pytorch.py", import.meta.url).pathname;
  const child = spawn(python, [script, weights, String(BATCH)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error("PyTorch's side stopped; is python3-torch installed?");
    return value;
  };
  return {
    version: await next(),
    ask: (line) => {
      child.stdin.write(`${line}\n`);
      return next();
    },
    stop: () => void child.stdin.end(),
  };
}
