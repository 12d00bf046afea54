// A plugin for esbuild: who imports from an index.ts imports from the modules behind it.
//
// esbuild puts a module into what every entry loads that can reach it, and through an index each reaches all: a command would
// load the whole library, and what other commands need of it.
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";

export const directImports = {
  name: "direct-imports",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](cli|data|models|serve|store)[\\/].*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      return isIndex(path) ? null : { contents: withDirectImports(source, path), loader: "ts" };
    });
  },
};

const isIndex = (path) => /[\\/]index(\.node)?\.ts$/.test(path);

/** @param path the source's own, from which its imports are relative */
export function withDirectImports(source, path) {
  return source.replace(/^import \{([^}]*)\} from "(\.[^"]*\/index(?:\.node)?\.ts)";$/gm, (_, names, index) => {
    const exported = exportsOf(resolve(dirname(path), index));
    return valuesIn(names)
      .map(([name, local]) => {
        const found = exported.get(name);
        if (!found) throw new Error(`build: ${path} imports ${name} from ${index}, which does not export it by name.`);
        const from = relative(dirname(path), found.module).replaceAll("\\", "/");
        return `import { ${found.name} as ${local} } from ${JSON.stringify(from.startsWith(".") ? from : `./${from}`)};`;
      })
      .join("");
  });
}

const known = new Map();

/** Of each value that an index exports, the module behind it and its name there. */
function exportsOf(index) {
  if (known.has(index)) return known.get(index);
  const found = new Map();
  for (const [, names, from] of readFileSync(index, "utf8").matchAll(/^export \{([^}]*)\} from "([^"]*)";$/gm)) {
    const module = resolve(dirname(index), from);
    for (const [name, exported] of valuesIn(names)) found.set(exported, { name, module });
  }
  known.set(index, found);
  return found;
}

/** @returns [name, name after `as`] of those that are no types */
function valuesIn(names) {
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "))
    .map((name) => name.split(/\s+as\s+/))
    .map(([name, other = name]) => [name, other]);
}
