// The script of a worker thread, as text: hosts start it from a string or a blob, so that no bundler has to
// know of a second file. It is plain JavaScript, module or not, and stands alone; dist/worker.js is the same text as
// a file.
//
// The control block: see pool.ts. A worker spins for a while before it sleeps: a training step launches a kernel
// every few microseconds, and waking a sleeper costs fifty. It reads a job's arguments after it has claimed a piece: only
// then they are certain to be this job's, until that piece is done.
//
// Minifiers leave it as it is, so it is written short: `load` reads a word, a job's number is the upper bits of the ticket.

// Words of the control block, for the pool, too. Each that many threads write has its own cache line.
/** The job's number in the upper 24 bits, the pieces that nobody has claimed in the lower 8. */
export const TICKET = 0;
/** Pieces that are not finished. */
export const PENDING = 16;
/** Workers that sleep. */
export const SLEEPERS = 32;
export const KERNEL = 48;
export const COUNT = 49;
export const PIECES = 50;
export const ARGC = 51;
export const SCRATCH_BYTES = 52;
export const FAILED = 53;
/** Not 0: the workers are to end. */
export const STOPPED = 54;
/** Workers of a higher index than this take no pieces, and sleep. */
export const HELPERS = 55;
export const ARGS_BYTES = 256;
export const PIECE_BITS = 8;
export const PIECE_MASK = 255;

export const WORKER_SOURCE = `function work({ module, memory, control, index }, ready) {
  const kernels = Object.values(new WebAssembly.Instance(module, { env: { memory } }).exports);
  const words = new Int32Array(control, 0, 64), args = new Float64Array(control, ${ARGS_BYTES});
  const load = () => Atomics.load(words, ${TICKET});
  let job = load() >>> ${PIECE_BITS}, ticket, list, argc;
  ready();
  for (;;) {
    for (let spins = 0; (ticket = load()) >>> ${PIECE_BITS} === job; ) {
      if (++spins <= 20000) continue;
      Atomics.add(words, ${SLEEPERS}, 1);
      Atomics.wait(words, ${TICKET}, ticket);
      Atomics.sub(words, ${SLEEPERS}, 1);
    }
    job = ticket >>> ${PIECE_BITS};
    for (let helpers; index > (helpers = Atomics.load(words, ${HELPERS})); ) Atomics.wait(words, ${HELPERS}, helpers);
    if (words[${STOPPED}]) return;
    for (list = null; (ticket = load()) >>> ${PIECE_BITS} === job && ticket & ${PIECE_MASK}; ) {
      if (Atomics.compareExchange(words, ${TICKET}, ticket, ticket - 1) !== ticket) continue;
      if (!list) {
        argc = words[${ARGC}];
        list = [...args.subarray(0, argc)];
        if (words[${SCRATCH_BYTES}]) list[argc - 1] += index * words[${SCRATCH_BYTES}];
      }
      const pieces = words[${PIECES}], piece = pieces - (ticket & ${PIECE_MASK}), start = (i) => Math.floor((words[${COUNT}] * i) / pieces);
      list[argc] = start(piece);
      list[argc + 1] = start(piece + 1);
      try {
        kernels[words[${KERNEL}]].apply(null, list);
      } catch {
        words[${FAILED}] = 1;
      }
      if (Atomics.sub(words, ${PENDING}, 1) === 1) Atomics.notify(words, ${PENDING});
    }
  }
}
const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node) work(node.workerData, () => node.parentPort.postMessage(0));
else self.onmessage = ({ data }) => work(data, () => self.postMessage(0));
`;
