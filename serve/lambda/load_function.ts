// index.mjs of the function: runs the bundle, function.js, with V8's code cache beside it, so that hardly anything is compiled.
//
// Not NODE_COMPILE_CACHE: it keeps what was compiled before a file ran, which is a third of what a first answer needs; and it
// finds a cache only for the very release of Node and the user's number that it was made with, and a function runs under
// Lambda's. A cache that V8 refuses, since it was made by another version, costs nothing but what it would have saved.
//
// Some of Node's modules are fetched when something of them is used: node:crypto, for one, has much behind it.

import type { Handler } from "./run_loop.ts";

const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
const { constants, Script } = process.getBuiltinModule("node:vm");

/** What nothing asks for while the bundle is loaded. */
const LATER = /^(node:)?(crypto|os|worker_threads|zlib)$/;

const path = (name: string): string => decodeURIComponent(new URL(name, import.meta.url).pathname);
const cachePath = path(`function.${process.arch}.cache`);
const script = new Script(readFileSync(path("function.js"), "latin1"), {
  filename: path("function.js"),
  cachedData: existsSync(cachePath) ? readFileSync(cachePath) : undefined,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});

function builtin(name: string): object {
  const load = (): object => process.getBuiltinModule(name) as object;
  if (!LATER.test(name)) return load();
  return new Proxy({}, { get: (_, key) => Reflect.get(load(), key) });
}

const module: { exports: { handler?: Handler } } = { exports: {} };
script.runInThisContext()(module, module.exports, builtin, import.meta.url);

export const handler = module.exports.handler;

/** For the build: whether the cache was taken, and one of all that is compiled by now. */
export const codeCache = {
  isTaken: script.cachedDataRejected === false,
  make: (): Buffer => script.createCachedData(),
};
