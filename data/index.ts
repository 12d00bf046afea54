// What Node adds to the library: `import { loadMnist } from "simdgrad/node"`.

export { loadCheckpoint, saveCheckpoint, writeFileAtomic } from "../lib/formats/files.node.ts";
export type { DownloadProgress } from "./download.ts";
export { type LoadMnistOptions, loadMnist, type MnistSets } from "./mnist.ts";
