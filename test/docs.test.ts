// The documents say what is true: quoted code stands in the sources, links lead somewhere.

import { posix } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectFiles, read } from "./support/sources.ts";

const test = suite("documents");
const pages = projectFiles(/\.md$/);

test("code quoted from a file stands in it", () => {
  const quotes = pages.flatMap((page) =>
    [...read(page).matchAll(/<!-- from (\S+) -->\n```\w*\n([\s\S]*?)```/g)].map(([, file, code]) => ({
      file,
      code,
      page,
    })),
  );
  assert.ok(quotes.length >= 4);
  for (const { file, code, page } of quotes) {
    assert.ok(read(file).includes(code), `${page} quotes what ${file} no longer says:\n${code}`);
  }
});

test("links between pages lead to files that exist", () => {
  const files = projectFiles();
  const dead = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?![a-z]+:|#)([^)#]+)[^)]*\)/g)]
      .map(([, link]) => posix.join(posix.dirname(page), link))
      .filter((path) => !files.includes(path) && !files.some((file) => file.startsWith(path)))
      .map((path) => `${page} links to ${path}`),
  );
  assert.equal(dead, []);
});

test.run();
