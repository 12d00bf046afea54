// A plugin for esbuild: Node's own modules without what an import of them loads besides.
//
// `import … from "node:fs"` makes Node ask for each of its properties, and so load the streams behind ReadStream; node:crypto
// brings keys and certificates, node:zlib streams again. process.getBuiltinModule gives fs as it is, and the other two are
// loaded by whoever calls a function of theirs. What is required, as CommonJS does, goes as it went.
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as zlib from "node:zlib";

const LOADER = `
  import { createRequire } from "node:module";
  // Node has it from 20.16 on.
  export const load = process.getBuiltinModule ?? createRequire(import.meta.url);
`;

const WRITTEN = { "node:crypto": () => lazily("node:crypto", crypto), "node:zlib": () => lazily("node:zlib", zlib) };

export const lightBuiltins = {
  name: "light-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?(fs|crypto|zlib)$/ }, ({ kind, path, namespace }) =>
      kind === "import-statement" && namespace === "file"
        ? { path: path.replace(/^(node:)?/, "node:"), namespace: "light-builtin", sideEffects: false }
        : null,
    );
    onResolve({ filter: /^load-builtin$/ }, () => ({ path: "load", namespace: "load-builtin" }));
    onLoad({ filter: /.*/, namespace: "load-builtin" }, () => ({ contents: LOADER, resolveDir: "." }));
    onLoad({ filter: /.*/, namespace: "light-builtin" }, ({ path }) => ({
      contents: `import { load } from "load-builtin";${(WRITTEN[path] ?? atOnce)()}`,
      resolveDir: ".",
    }));
  },
};

/** Its properties one by one, so that a bundle takes those that are used. */
function atOnce() {
  const of = '/* @__PURE__ */ (() => load("node:fs"))()';
  return [
    `export default ${of};`,
    ...namesOf(fs).map((name) => `export const ${name} = /* @__PURE__ */ (() => load("node:fs").${name})();`),
  ].join("\n");
}

/** Functions that load the module when they are called, and its constants when one is asked for. */
function lazily(path, module) {
  return namesOf(module)
    .map((name) =>
      typeof module[name] === "function"
        ? `export const ${name} = (...args) => load("${path}").${name}(...args);`
        : `export const ${name} = /* @__PURE__ */ new Proxy({}, { get: (_, key) => load("${path}").${name}[key] });`,
    )
    .join("\n");
}

function namesOf(module) {
  return Object.keys(module).filter((name) => name !== "default" && name !== "module.exports");
}
