// The script of a worker thread, as text: hosts start it from a string or a blob, so that no bundler has to
// know of a second file. It is plain JavaScript, module or not, and stands alone; dist/worker.js is the same text as
// a file.
//
// The control block: see pool.ts. A worker spins for a while before it sleeps: a training step launches a kernel
// every few microseconds, and waking a sleeper costs fifty.

export const WORKER_SOURCE = `"use strict";
const SPINS = 20000;
const TICKET = 0, PENDING = 16, SLEEPERS = 32, KERNEL = 48, COUNT = 49, PIECES = 50, ARGC = 51, SCRATCH_BYTES = 52, FAILED = 53, STOPPED = 54;
const ARGS_BYTES = 256;
const PIECE_BITS = 8, PIECE_MASK = 255;

function work({ module, memory, control, index }, ready) {
  const kernels = Object.values(new WebAssembly.Instance(module, { env: { memory } }).exports);
  const words = new Int32Array(control, 0, ARGS_BYTES / 4);
  const args = new Float64Array(control, ARGS_BYTES);
  let job = Atomics.load(words, TICKET) >>> PIECE_BITS;
  ready();
  for (;;) {
    let ticket = Atomics.load(words, TICKET);
    for (let spins = 0; ticket >>> PIECE_BITS === job; ticket = Atomics.load(words, TICKET)) {
      if (++spins <= SPINS) continue;
      Atomics.add(words, SLEEPERS, 1);
      Atomics.wait(words, TICKET, ticket);
      Atomics.sub(words, SLEEPERS, 1);
    }
    job = ticket >>> PIECE_BITS;
    if (words[STOPPED]) return;
    let list, argc;
    for (;;) {
      ticket = Atomics.load(words, TICKET);
      const left = ticket & PIECE_MASK;
      if (ticket >>> PIECE_BITS !== job || left === 0) break;
      if (Atomics.compareExchange(words, TICKET, ticket, ticket - 1) !== ticket) continue;
      // Read after a piece is claimed: only then it is certain to be this job's until that piece is done.
      const count = words[COUNT], pieces = words[PIECES];
      if (!list) {
        argc = words[ARGC];
        list = Array.from(args.subarray(0, argc));
        if (words[SCRATCH_BYTES] > 0) list[argc - 1] += index * words[SCRATCH_BYTES];
      }
      const piece = pieces - left;
      list[argc] = Math.floor((count * piece) / pieces);
      list[argc + 1] = Math.floor((count * (piece + 1)) / pieces);
      try {
        kernels[words[KERNEL]].apply(null, list);
      } catch {
        Atomics.store(words, FAILED, 1);
      }
      if (Atomics.sub(words, PENDING, 1) === 1) Atomics.notify(words, PENDING);
    }
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
