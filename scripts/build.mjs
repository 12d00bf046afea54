// Builds all that is shipped: the kernels, the texts of exported files and of a thread, the description of the API, then dist/ with
// the web app in it.
//
//   node scripts/build.mjs              everything
//   node scripts/build.mjs --if-stale   what is not current: `prepare`, which runs after every npm ci
//
// After `npm ci --omit=dev` there is no compiler: what is there stays as it is.
import process from "node:process";
import { isCurrent } from "./stamp.mjs";

const ifStale = process.argv.includes("--if-stale");
const stale = ["kernels", "export", "picture_worker", "docs", "dist", "web"].filter(
  (product) => !ifStale || !isCurrent(product),
);
if (stale.length > 0 && (await hasCompilers())) {
  if (stale.includes("kernels")) await import("./build_kernels.mjs");
  if (stale.includes("export")) await import("./build_export.mjs");
  if (stale.includes("picture_worker")) await import("./build_picture_worker.mjs");
  if (stale.includes("docs")) await import("./build_docs.mjs");
  if (stale.includes("dist")) await import("./build_dist.mjs");
  if (stale.includes("web")) await import("./build_web.mjs");
}

async function hasCompilers() {
  try {
    await Promise.all([import("esbuild"), import("assemblyscript/asc"), import("typescript"), import("vite")]);
    return true;
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    console.error(`build: the development packages are not installed, so ${stale.join(" and ")} stay as they are.`);
    process.exitCode = ifStale ? 0 : 1;
    return false;
  }
}
