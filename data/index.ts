// What Node adds to the library: `import { loadMnist } from "simdgrad/node"`.

export { writeFileAtomic } from "../lib/formats/atomic_file.node.ts";
export { loadCheckpoint, saveCheckpoint } from "../lib/formats/files.node.ts";
export { decodePng } from "./decode_png.ts";
export type { DownloadProgress } from "./download.ts";
export { encodePng } from "./encode_png.ts";
export { type DataSource, type LoadMnistOptions, loadMnist, type MnistSets } from "./mnist.ts";
export { type MnistFileState, type MnistState, mnistState } from "./mnist_state.ts";
export type { PngLimits } from "./png_guard.ts";
