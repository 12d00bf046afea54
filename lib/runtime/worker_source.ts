// The script of a worker thread, as text: hosts start it from a string or a blob, so that no bundler has to
// know of a second file. It is plain JavaScript, module or not, and stands alone; dist/worker.js is the same text as
// a file.
//
// The control block, int32: see CONTROL in pool.ts. A worker spins for a while before it sleeps: a training step
// launches a kernel every few microseconds, and waking a sleeper costs fifty.

export const WORKER_SOURCE = `"use strict";
const SPINS = 20000;
const EPOCH = 0, REMAINING = 1, KERNEL = 2, COUNT = 3, THREADS = 4, ARGC = 5, SCRATCH_BYTES = 6, FAILED = 7, CLAIMS = 16;
const ARGS_BYTES = 1024;

function work({ module, memory, control, index }, ready) {
  const kernels = Object.values(new WebAssembly.Instance(module, { env: { memory } }).exports);
  const words = new Int32Array(control, 0, ARGS_BYTES / 4);
  const args = new Float64Array(control, ARGS_BYTES);
  let epoch = Atomics.load(words, EPOCH);
  ready();
  for (;;) {
    for (let spins = 0; Atomics.load(words, EPOCH) === epoch; ) {
      if (++spins > SPINS) Atomics.wait(words, EPOCH, epoch);
    }
    epoch = Atomics.load(words, EPOCH);
    const kernel = Atomics.load(words, KERNEL);
    if (kernel < 0) return;
    const previous = Atomics.load(words, CLAIMS + index);
    if (previous === epoch || Atomics.compareExchange(words, CLAIMS + index, previous, epoch) !== previous) continue;
    try {
      const list = Array.from(args.subarray(0, words[ARGC]));
      if (words[SCRATCH_BYTES] > 0) list[list.length - 1] += index * words[SCRATCH_BYTES];
      const share = (t) => Math.floor((words[COUNT] * t) / words[THREADS]);
      if (share(index) < share(index + 1)) kernels[kernel](...list, share(index), share(index + 1));
    } catch {
      Atomics.store(words, FAILED, 1);
    }
    if (Atomics.sub(words, REMAINING, 1) === 1) Atomics.notify(words, REMAINING);
  }
}

const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node) {
  const { parentPort, workerData } = node;
  work(workerData, () => parentPort.postMessage("ready"));
} else {
  self.onmessage = ({ data }) => work(data, () => self.postMessage("ready"));
}
`;
