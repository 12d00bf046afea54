// Fewer files for the program to load: Node takes about half a millisecond for each, and esbuild makes one of every set of
// modules that the same entries share.
//
// A merged file holds all chunks that some outputs load at once; whoever imported from any of them imports from it, so that
// each module still exists once. What was loaded on demand still is.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix, resolve } from "node:path";
import { build } from "esbuild";

/**
 * @param metafile of a build with `splitting`, `minifyWhitespace` and no minified identifiers, whose chunks lie in one folder
 * @param merged   [the merged file's path, those of the outputs whose chunks it gets]: of chunks that two want, the first gets them
 */
export async function mergeChunks({ outputs }, merged) {
  const rest = new Set(Object.keys(outputs));
  for (const [path, loaded] of merged) {
    const chunks = chunksOf(outputs, loaded, rest);
    /** By chunk, what each of its exports is called in the merged file. */
    const names = new Map();
    let count = 0;
    for (const chunk of chunks) {
      names.set(resolve(chunk), new Map(outputs[chunk].exports.map((name) => [name, `m${count++}`])));
    }
    await mergeInto(path, names);
    for (const chunk of chunks) {
      rmSync(chunk);
      rest.delete(chunk);
    }
    for (const file of rest) writeFileSync(file, importingMerged(readFileSync(file, "utf8"), file, path, names));
  }
}

/** The chunks that are loaded with these outputs, of those that are left. */
function chunksOf(outputs, loaded, rest) {
  const found = new Set();
  const visit = (path) => {
    for (const { path: imported, kind } of outputs[path].imports) {
      if (kind !== "import-statement" || !rest.has(imported) || found.has(imported)) continue;
      if (outputs[imported].entryPoint) throw new Error(`build: ${path} imports the entry ${imported} at once.`);
      found.add(imported);
      visit(imported);
    }
  };
  for (const output of loaded) visit(output);
  return [...found];
}

async function mergeInto(path, names) {
  const lines = [...names].map(([chunk, exported]) => {
    const list = [...exported].map(([name, inMerged]) => `${name} as ${inMerged}`).join(", ");
    return list === "" ? `import ${JSON.stringify(chunk)};` : `export { ${list} } from ${JSON.stringify(chunk)};`;
  });
  await build({
    stdin: { contents: lines.join("\n"), resolveDir: dirname(path) },
    outfile: path,
    bundle: true,
    format: "esm",
    platform: "node",
    target: ["es2022", "node20"],
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
    plugins: [{ name: "only-these", setup: ({ onResolve }) => leaveOthers(onResolve, names) }],
  });
}

/** What is not merged lies beside the merged file, and is imported as before. */
function leaveOthers(onResolve, names) {
  onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
    names.has(resolve(resolveDir, path)) ? null : { path, external: true },
  );
}

/** @returns the text of `file`, with each import of a merged chunk replaced */
function importingMerged(text, file, path, names) {
  const to = posix.relative(dirname(file), path);
  const from = JSON.stringify(to.startsWith(".") ? to : `./${to}`);
  const statement = /import(?:\{([^{}]*)\}from)?"(\.[^"]*)";/g;
  const replaced = text.replace(statement, (whole, list, imported) => {
    const exported = names.get(resolve(join(dirname(file), imported)));
    if (!exported) return whole;
    if (list === undefined) return `import${from};`;
    const specifiers = list.split(",").map((specifier) => {
      const [name, local = name] = specifier.split(" as ");
      return `${exported.get(name)} as ${local}`;
    });
    return `import{${specifiers.join(",")}}from${from};`;
  });
  for (const chunk of names.keys()) {
    const name = posix.basename(chunk.replaceAll("\\", "/"));
    if (replaced.includes(name)) throw new Error(`build: ${file} still names ${name}, which was merged into ${path}.`);
  }
  return replaced;
}
