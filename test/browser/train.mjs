// A short training run that Node and browsers run as it stands: to compare their weights, and how they came about.

/**
 * @param base    the URL of the built library's folder, with a slash at its end
 * @param options threads, and whether to use the plain SIMD kernels where relaxed ones would run
 */
export async function train(base, { threads, isPlain = false }) {
  const { AdamW, runtimeInfo, setThreads, stateDict, Trainer, useKernels } = await import(`${base}index.js`);
  const { cnn } = await import(`${base}models.js`);
  const { syntheticDigits } = await import(`${base}data.js`);
  if (isPlain) useKernels(await WebAssembly.compile(await bytesOf(`${base}kernels.simd.wasm`)));
  await setThreads(threads);
  const digits = syntheticDigits({ count: 320, seed: 1 });
  const model = cnn({ seed: 1 });
  const optimizer = new AdamW(model.parameters(), { lr: 1e-3 });
  await new Trainer(model, { optimizer, epochs: 2, batchSize: 32, seed: 1 }).fit(digits, digits.take(50));
  const { variant, threads: taking, singleThreadBecause } = runtimeInfo();
  return { variant, threads: taking, singleThreadBecause, weights: await digestOf(stateDict(model)) };
}

async function bytesOf(url) {
  if (!url.startsWith("file:")) return (await fetch(url)).arrayBuffer();
  const { readFile } = await import("node:fs/promises");
  return readFile(new URL(url));
}

/** SHA-256 of all tensors, in the order of their names. */
async function digestOf(tensors) {
  const arrays = Object.keys(tensors)
    .sort()
    .map((name) => new Uint8Array(tensors[name].data.buffer));
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(arrays).arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
