// The script of a worker thread, as text: hosts start it from a string or a blob, so that no bundler has to
// know of a second file. It is plain JavaScript, module or not, and stands alone; dist/worker.js is the same text as
// a file.
//
// The control block: see pool.ts. A worker spins for a while before it sleeps: a training step launches a kernel
// every few microseconds, and waking a sleeper costs fifty. It reads a job's arguments after it has claimed a piece: only
// then they are certain to be this job's, until that piece is done.
//
// Minifiers leave it as it is, so it is written short: `load` reads a word, a job's number is `>>> 8` of the ticket.

export const WORKER_SOURCE = `"use strict";
const TICKET = 0, PENDING = 16, SLEEPERS = 32, KERNEL = 48, COUNT = 49, PIECES = 50, ARGC = 51, SCRATCH_BYTES = 52, FAILED = 53, STOPPED = 54, HELPERS = 55;
function work({ module, memory, control, index }, ready) {
  const kernels = Object.values(new WebAssembly.Instance(module, { env: { memory } }).exports);
  const words = new Int32Array(control, 0, 64), args = new Float64Array(control, 256);
  const load = () => Atomics.load(words, TICKET);
  let job = load() >>> 8, ticket, list, argc;
  ready();
  for (;;) {
    for (let spins = 0; (ticket = load()) >>> 8 === job; ) {
      if (++spins <= 20000) continue;
      Atomics.add(words, SLEEPERS, 1);
      Atomics.wait(words, TICKET, ticket);
      Atomics.sub(words, SLEEPERS, 1);
    }
    job = ticket >>> 8;
    for (let helpers; index > (helpers = Atomics.load(words, HELPERS)); ) Atomics.wait(words, HELPERS, helpers);
    if (words[STOPPED]) return;
    for (list = null; (ticket = load()) >>> 8 === job && ticket & 255; ) {
      if (Atomics.compareExchange(words, TICKET, ticket, ticket - 1) !== ticket) continue;
      if (!list) {
        argc = words[ARGC];
        list = [...args.subarray(0, argc)];
        if (words[SCRATCH_BYTES]) list[argc - 1] += index * words[SCRATCH_BYTES];
      }
      const pieces = words[PIECES], piece = pieces - (ticket & 255), start = (i) => Math.floor((words[COUNT] * i) / pieces);
      list[argc] = start(piece);
      list[argc + 1] = start(piece + 1);
      try {
        kernels[words[KERNEL]].apply(null, list);
      } catch {
        words[FAILED] = 1;
      }
      if (Atomics.sub(words, PENDING, 1) === 1) Atomics.notify(words, PENDING);
    }
  }
}
const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node) work(node.workerData, () => node.parentPort.postMessage(0));
else self.onmessage = ({ data }) => work(data, () => self.postMessage(0));
`;
