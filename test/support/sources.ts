// The project's own files, for tests that read them.

import { readdirSync, readFileSync } from "node:fs";

/** What is made or fetched, not written: as .gitignore has it. */
const MADE = /(^|\/)node_modules(\/|$)|^(build|dist|outputs|coverage|\.git|data\/mnist)(\/|$)|\.tgz$/;

/** Every file of the project, as a path from its root, sorted. */
export function projectFiles(pattern = /./): string[] {
  return walk("").filter((file) => pattern.test(file));
}

export function read(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
}

/** TypeScript without its comments. */
export function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|(^|[^:"'`\\])\/\/.*$/gm, "$1");
}

function walk(folder: string): string[] {
  return readdirSync(new URL(`../../${folder}`, import.meta.url), { withFileTypes: true })
    .map((entry) => ({ entry, path: folder + entry.name }))
    .filter(({ path }) => !MADE.test(path))
    .flatMap(({ entry, path }) => (entry.isDirectory() ? walk(`${path}/`) : [path]))
    .sort();
}
