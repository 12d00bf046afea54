// A file of WebAssembly as esbuild's loader "binary" gives it: scripts/build_picture_worker.mjs.
declare module "*.wasm" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
