// The library as a page wants it: without the kernels in it, and in pieces that bundlers can leave out.
import { readFileSync } from "node:fs";

/** What stands in for lib/runtime/embedded_kernels.ts in the library without kernels, which useKernels() brings. */
export const slimKernels = 'export const embeddedKernels = () => null; export const ENTRY = "simdgrad/slim";';

/** Tells bundlers that an operation nobody imports may be left out: defining one has no side effect. */
export function operationsMarkedPure(source) {
  return source.replace(/^((export )?const \w+ = )(?=defineOp[<(])/gm, "$1/* @__PURE__ */ ");
}

/** A plugin for esbuild: without the kernels, nor what decodes them. */
export const withoutKernels = {
  name: "without-kernels",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]lib[\\/]runtime[\\/]embedded_kernels\.ts$/ }, () => ({ contents: slimKernels }));
  },
};

/** A plugin for esbuild: users' bundlers may leave out operations, too. */
export const pureOperations = {
  name: "pure-operations",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]lib[\\/](ops|autograd)[\\/]\w+\.ts$/ }, ({ path }) => ({
      contents: operationsMarkedPure(readFileSync(path, "utf8")),
      loader: "ts",
    }));
  },
};
