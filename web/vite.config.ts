// How the app is bundled: `npm run web` serves it while one works on it, scripts/build_web.mjs writes it to dist/web.

import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig, type HtmlTagDescriptor, type Plugin } from "vite";
import { pagePolicy } from "../scripts/page_policy.mjs";
import { operationsMarkedPure, slimKernels } from "../scripts/without_kernels.mjs";

/** The library as `simdgrad/slim` has it, in the page and in its workers: the kernels are a file, and what is not used is left out. */
const slimLibrary = (): Plugin => ({
  name: "slim-library",
  enforce: "pre",
  load: { filter: { id: /[\\/]lib[\\/]runtime[\\/]embedded_kernels\.ts$/ }, handler: () => slimKernels },
  transform: {
    filter: { id: /[\\/]lib[\\/](ops|autograd)[\\/]\w+\.ts$/ },
    handler: (code) => ({ code: operationsMarkedPure(code), map: null }),
  },
});

/** What stands around each import() of the page: Vite's own preloads scripts as well, and takes a kilobyte more for that. */
const sectionSheets = (): Plugin => ({
  name: "section-sheets",
  enforce: "pre",
  load: {
    filter: { id: /vite\/preload-helper/ },
    handler: () => `export { loadWithSheets as __vitePreload } from ${JSON.stringify(LOADER)};`,
  },
});
const LOADER = fileURLToPath(new URL("./app/load_with_sheets.ts", import.meta.url));

/** What the page asks for first is on its way before it asks: the app, and the section that is open at first. */
const preloads = (): Plugin => ({
  name: "preloads",
  transformIndexHtml: {
    order: "post",
    handler(_, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const needed = new Set<string>();
      const sheets = new Set<string>();
      const need = (fileName: string): void => {
        if (needed.has(fileName)) return;
        needed.add(fileName);
        const chunk = chunks.find((each) => each.fileName === fileName);
        for (const sheet of chunk?.viteMetadata?.importedCss ?? []) sheets.add(sheet);
        for (const each of chunk?.imports ?? []) need(each);
      };
      for (const { name, fileName } of chunks) if (FIRST.includes(name)) need(fileName);
      const entry = chunks.find(({ isEntry }) => isEntry);
      const link = (rel: string, fileName: string): HtmlTagDescriptor => ({
        tag: "link",
        attrs: { rel, crossorigin: true, href: `./${fileName}` },
        injectTo: "head",
      });
      const isAsked = (fileName: string): boolean =>
        fileName === entry?.fileName || entry?.imports.includes(fileName) === true;
      for (const sheet of entry?.viteMetadata?.importedCss ?? []) sheets.delete(sheet);
      return [
        ...[...sheets].map((fileName) => link("stylesheet", fileName)),
        ...[...needed].filter((fileName) => !isAsked(fileName)).map((fileName) => link("modulepreload", fileName)),
      ];
    },
  },
});
const FIRST = ["app", "draw"];

/** For hosts that set no headers; workers are given it by the service worker. */
const policy = (): Plugin => ({
  name: "policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: pagePolicy() },
      injectTo: "head-prepend",
    },
  ],
});

/** Nothing here happens by reading a property: what is made of others' properties, and not used, may be left out. */
const TREESHAKE = { propertyReadSideEffects: false } as const;

/**
 * Servers take "x.gz" for a packed form of "x", and send it as that; what is in these files is gzip, and is unpacked by whoever
 * reads it.
 */
const ASSET_NAMES = ({ names }: { names: readonly string[] }): string =>
  names.some((name) => name.endsWith(".gz")) ? "assets/[name]-[hash].bin" : "assets/[name]-[hash][extname]";

/** Of what a worker loads parts of itself later: a file beside its script, as web/read/reader_worker.ts says. */
const READING = { name: "reading", test: /[\\/]web[\\/]read[\\/]reading\.ts$/ };

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that the built files work in any folder of any host.
  base: "./",
  plugins: [tailwindcss(), slimLibrary(), sectionSheets(), preloads(), policy()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  assetsInclude: ["**/*.safetensors", "**/*.gz"],
  worker: {
    format: "es",
    plugins: () => [slimLibrary()],
    rolldownOptions: {
      treeshake: TREESHAKE,
      output: { assetFileNames: ASSET_NAMES, codeSplitting: { groups: [READING] } },
    },
  },
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    // What Tailwind 4 needs: below it index.html says so.
    target: ["chrome111", "firefox128", "safari16.4"],
    // The policy allows no data: for fonts and scripts, and a file of its own is fetched once for page and workers.
    assetsInlineLimit: 0,
    // What the first script imports is fetched with it; a section's parts follow its chunk.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_, files, { hostType }) => (hostType === "html" ? files : []),
    },
    rolldownOptions: { treeshake: TREESHAKE, output: { assetFileNames: ASSET_NAMES } },
    reportCompressedSize: false,
  },
  // Isolated, so that it may use threads: there is no service worker here that would see to it.
  server: {
    host: "127.0.0.1",
    fs: { allow: [".."] },
    headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
  },
});
