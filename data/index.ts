// What Node adds to the library: `import { loadMnist } from "simdgrad/node"`.

export type { DownloadProgress } from "./download.ts";
export { type LoadMnistOptions, loadMnist, type MnistSets } from "./mnist.ts";
