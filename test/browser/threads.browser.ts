// Threads in a real browser: the bits of Node, and one thread with a reason where memory cannot be shared.

import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inBrowser } from "../support/browser.ts";

const test = suite("threads in a browser");

interface Trained {
  variant: string;
  threads: number;
  singleThreadBecause: string | null;
  weights: string;
}
interface Options {
  threads: number;
  isPlain?: boolean;
}

const WORKER = `
  import { train } from "/test/browser/train.mjs";
  self.onmessage = async ({ data }) => self.postMessage(await train("/dist/", data));
  self.postMessage("ready");
`;

/** The run of ./train.mjs in a page's worker. */
async function inWorker(options: Options, isIsolated: boolean): Promise<Trained> {
  const script = `
    const worker = new Worker("/worker.mjs", { type: "module" });
    worker.onerror = ({ message }) => post({ error: message });
    worker.onmessage = ({ data }) => {
      if (data === "ready") worker.postMessage(${JSON.stringify(options)});
      else report(data);
    };
  `;
  return (await inBrowser({ script, worker: WORKER, isIsolated })) as Trained;
}

/** The same in Node, in a separate process. */
function inNode(options: Options): Trained {
  const [program, library] = ["test/browser/train.mjs", "dist/"].map((path) => pathToFileURL(path).href);
  const code = `
    import { train } from ${JSON.stringify(program)};
    console.log(JSON.stringify(await train(${JSON.stringify(library)}, ${JSON.stringify(options)})));
  `;
  // Node 20 has relaxed SIMD behind a flag, with which the runner started this process too.
  const flags = process.execArgv.filter((flag) => flag.startsWith("--experimental-wasm"));
  const args = [...flags, "--input-type=module", "-e", code];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.is(stderr, "");
  return JSON.parse(stdout);
}

test("in a worker of an isolated page two threads train the weights that Node trains, to the bit", async () => {
  const trained = await inWorker({ threads: 2 }, true);
  assert.equal([trained.threads, trained.singleThreadBecause], [2, null]);
  assert.equal(trained, inNode({ threads: 2 }));
});

test("likewise with the plain SIMD kernels, and other bits than with the relaxed ones", async () => {
  const trained = await inWorker({ threads: 2, isPlain: true }, true);
  assert.equal(trained, inNode({ threads: 2, isPlain: true }));
  assert.is.not(trained.weights, inNode({ threads: 1 }).weights);
});

test("a page that is not isolated trains in one thread, says why, and gets the same weights", async () => {
  const trained = await inWorker({ threads: 2 }, false);
  assert.is(trained.threads, 1);
  assert.match(trained.singleThreadBecause ?? "", /not cross-origin isolated/);
  assert.is(trained.weights, inNode({ threads: 1 }).weights);
});

test("a page's own thread trains alone, and says why", async () => {
  const script = 'import("/test/browser/train.mjs").then(({ train }) => train("/dist/", { threads: 2 })).then(report);';
  const trained = (await inBrowser({ script, isIsolated: true })) as Trained;
  assert.is(trained.threads, 1);
  assert.match(trained.singleThreadBecause ?? "", /a page's own thread must not wait/);
});

test.run();
