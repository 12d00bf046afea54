// What Node adds to the library: `import { loadMnist } from "simdgrad/node"`.

export { writeFileAtomic } from "../lib/formats/atomic_file.node.ts";
export { loadCheckpoint, saveCheckpoint } from "../lib/formats/files.node.ts";
export { enableRelaxedSimd } from "../lib/runtime/relaxed_simd.node.ts";
export { enableWideSimd } from "../lib/runtime/wide_simd.node.ts";
export { decodeJpeg, type JpegOptions } from "./decode_jpeg.ts";
export { decodePicture, type PictureOptions } from "./decode_picture.ts";
export { decodePng, type PngOptions } from "./decode_png.ts";
export type { DownloadProgress } from "./download.node.ts";
export { encodePng } from "./encode_png.node.ts";
export {
  DATA_SOURCES,
  type DataSource,
  type LoadMnistOptions,
  type LoadTestOptions,
  loadMnist,
  loadMnistTest,
  type MnistSets,
  type MnistSource,
  type MnistTest,
} from "./load_mnist.node.ts";
export { type MnistFileState, type MnistState, mnistState } from "./mnist_state.node.ts";
