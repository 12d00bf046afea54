// The layout of ARCHITECTURE.md and CONTRIBUTING.md, enforced.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectFiles, read, withoutComments } from "./support/sources.ts";

const test = suite("layout");

/** Public operations without a kernel file of their own name, and what they are made of. */
const WITHOUT_KERNEL: Record<string, string> = {
  adaptive_avg_pool2d: "the kernel of avg_pool2d",
  linear: "the GEMM kernel",
  detach: "a view",
  exact: "conv2d without Winograd's kernels",
  matmul: "the GEMM kernel",
  mean: "the kernels of sum and div",
  reshape: "a view",
  slice: "a view",
};

const all = projectFiles();
const sources = all.filter((file) => /\.(ts|mjs)$/.test(file));
const barrel = read("lib/index.ts");
const opFiles = all.filter((file) => file.startsWith("lib/ops/"));
const kernelFiles = all.filter((file) => /^kernels\/[^/]+\.ts$/.test(file));
const isInternal = (file: string): boolean => read(file).startsWith("// @internal");
const nameOf = (file: string): string => file.replace(/^.*\//, "").replace(/\.ts$/, "");
const missing = (file: string): string[] => (all.includes(file) ? [] : [file]);

test("a public op has an export line, a test and a kernel file", () => {
  assert.ok(opFiles.length > 5);
  const faults = opFiles
    .filter((file) => !isInternal(file))
    .flatMap((file) => {
      const name = nameOf(file);
      return [
        ...(barrel.includes(`from "./ops/${name}.ts"`) ? [] : [`${name}: no export line in lib/index.ts`]),
        ...missing(`test/ops/${name}.test.ts`),
        ...(name in WITHOUT_KERNEL ? [] : missing(`kernels/${name}.ts`)),
      ];
    });
  assert.equal(faults, []);
});

test("the list of ops without a kernel file holds nothing else", () => {
  const wrong = Object.keys(WITHOUT_KERNEL).filter(
    (name) => !all.includes(`lib/ops/${name}.ts`) || all.includes(`kernels/${name}.ts`),
  );
  assert.equal(wrong, []);
});

test("the public entry has one export a line, sorted by path", () => {
  const paths = [...barrel.matchAll(/(?<!^export \{\}) from "([^"]+)"/gm)].map(([, path]) => path);
  assert.equal(paths, [...paths].sort());
});

test("every kernel is launched by the library, or serves another kernel", () => {
  const library = sources
    .filter((file) => file.startsWith("lib/"))
    .map(read)
    .join("\n");
  const imported = new Set(
    kernelFiles.flatMap((file) =>
      [...read(file).matchAll(/^import \{([^}]+)\} from "\.\/\w+"/gm)].flatMap(([, names]) => names.split(/[\s,]+/)),
    ),
  );
  const exported = kernelFiles.flatMap((file) =>
    [...read(file).matchAll(/^export function (\w+)/gm)].map(([, name]) => name),
  );
  assert.ok(exported.length > 5);
  assert.equal(
    exported.filter((name) => !imported.has(name) && !library.includes(`"${name}"`) && !library.includes(`.${name}(`)),
    [],
  );
});

test("what kernels and their callers agree on is stated once", () => {
  const stated = [...read("kernels/abi/abi.ts").matchAll(/^(?:export )?(?:const|function) (\w+)/gm)].map(
    ([, name]) => name,
  );
  assert.ok(stated.includes("CHUNK") && stated.includes("panelsSize"));
  const again = new RegExp(`\\b(?:const|let|function) (?:${stated.join("|")})\\b`);
  const inNumbers = /\bgemm_f32\((?:[^()]|\([^()]*\))*\b16\b/;
  const faults = sources
    .filter((file) => /^(kernels|lib|models\/export\/runtime|test)\//.test(file) && file !== "kernels/abi/abi.ts")
    .filter((file) => again.test(withoutComments(read(file))) || inNumbers.test(withoutComments(read(file))));
  assert.equal(faults, []);
});

test("the header of a kernel says where it is tested", () => {
  const silent = kernelFiles.filter((file) => !/^\/\/.*\btest\/\S+\.test\.ts/m.test(read(file)));
  assert.equal(silent, []);
});

/** What CONTRIBUTING.md adds as an example, and test/models/add_a_network.pack.ts in a copy. */
const ADDED = "models/mlp.ts";

test("a file of ours that a comment or a page names exists", () => {
  const named = /\b(?:kernels|lib|models|data|cli|bench|test|scripts|docs)\/[\w./-]*\w\.(?:ts|mjs|md|py)\b/g;
  const dangling = all
    .filter((file) => /\.(ts|mjs|md|py)$/.test(file) && file !== "CHANGELOG.md")
    .flatMap((file) =>
      [...read(file).matchAll(named)]
        .filter(
          ({ 0: path, index }) => !/[\w./]$/.test(read(file).slice(0, index)) && !all.includes(path) && path !== ADDED,
        )
        .map(([path]) => `${file} names ${path}`),
    );
  assert.equal(dangling, []);
});

test("a test file runs every suite that it makes", () => {
  const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const forgotten = all
    .filter((file) => /^test\/.*\.(test|pack|interop)\.ts$/.test(file))
    .filter((file) => {
      const code = withoutComments(read(file));
      return count(code, /\bsuite\(/g) !== count(code, /\.run\(\)/g);
    });
  assert.equal(forgotten, []);
});

test("no file is called utils, helpers, common or manager", () => {
  assert.equal(
    all.filter((file) => /(^|[/_.-])(utils?|helpers?|common|manager)([/_.-]|$)/i.test(file)),
    [],
  );
});

test("every top-level folder has a first file that explains it", () => {
  const folders = new Set(all.filter((file) => /^[a-z]+\//.test(file)).map((file) => file.split("/")[0]));
  assert.equal(
    [...folders].flatMap((folder) => missing(`${folder}/README.md`)),
    [],
  );
});

test("no file names a path of the machine it was written on, or a registry", () => {
  // In pieces, so that this file does not name them itself.
  const forbidden = new RegExp(
    [`(^|[^\\w.~-])/(work|farm|root|home)/[a-z.]`, `registry\\.npm`, `npmjs\\.${"org"}`, `"resol${"ved"}":`].join("|"),
    "m",
  );
  const text = all.filter((file) => /\.(ts|mjs|json|md|py|yaml|yml|sh|svg|txt)$|^\.[\w/]+$|^[A-Z]\w+$/.test(file));
  assert.ok(text.includes("package-lock.json"));
  assert.equal(
    text.filter((file) => forbidden.test(read(file))),
    [],
  );
});

test("the lock file holds the optional packages of every system, or npm ci would refuse it", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const absent = Object.entries(packages).flatMap(([folder, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`${folder}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages),
    ),
  );
  assert.equal(absent, [], "run scripts/complete_lock.mjs");
});

test("files are read by one reader, which takes regular files of a bounded size alone", () => {
  const bare = /\b(readFile(Sync)?|createReadStream|readv?Sync|openAsBlob)\(/;
  // The last reads what Linux says of the process: paths that nobody names.
  const allowed = ["lib/base/read_file.node.ts", "cli/infer/read_picture.ts", "lib/runtime/threads.ts"];
  const faults = sources
    .filter((file) => /^(lib|data|models|store|cli)\//.test(file) && !allowed.includes(file))
    .filter((file) => bare.test(withoutComments(read(file))));
  assert.equal(faults, []);
});

test("every entry of a lock file has the digest of what it installs", () => {
  for (const file of ["package-lock.json", "bench/peers/package-lock.json"]) {
    const { packages } = JSON.parse(read(file)) as { packages: Record<string, { integrity?: string; link?: boolean }> };
    const entries = Object.entries(packages).filter(([path, { link }]) => path !== "" && !link);
    assert.ok(entries.length > 50, file);
    // 64 bytes in base64. Where npm asks for it no entry says: the test of machine paths finds registries.
    const without = entries.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ""));
    assert.equal(
      without.map(([path]) => path),
      [],
      "run scripts/complete_lock.mjs",
    );
  }
});

test("nobody is told to get the package by a name that a stranger may take on the registry", () => {
  const byName =
    /\bnpx\s+(-\S+\s+)*(--package=)?simdgrad\b|\bnpm\s+(i|install|add|exec)\s+(-\S+\s+)*(--package=)?simdgrad\b/;
  const said = all.filter((file) => /\.(ts|mjs|md|html|yaml|yml|sh)$|^\.ci\//.test(file) && byName.test(read(file)));
  assert.equal(said, [], "name a checkout or a tarball until npm run release:check says that the name is ours");
  for (const command of ["npx -p", "npm install", "npm i --save-dev"])
    assert.match(`${command} simdgrad mnist`, byName);
});

test("folders are made by makeFolder: Node's recursive mkdir may try for ever", () => {
  const recursive = /\bmkdir(Sync)?\([^;]*recursive: true/;
  const faults = sources
    .filter((file) => /^(lib|data|models|store|cli)\//.test(file))
    .filter((file) => recursive.test(withoutComments(read(file))));
  assert.equal(faults, []);
});

test("no function of the host's Math that may round differently elsewhere reaches weights", () => {
  const inexact = /\bMath\.(exp|expm1|pow|sin|cos|tan|sinh|cosh|tanh|asin|acos|atan|atan2|log\w*|cbrt|hypot|random)\b/;
  const power = /(?<!\b2 )\*\* |(?<=\b2 )\*\* (?!-?\(?-?\d)/; // a power of two is exact
  const faults = sources
    // What is said of answers trains nothing: how sure they may be, and what is no digit. Temperatures reach weights, and are
    // found by kernels.
    .filter((file) => !["lib/train/reliability.ts", "models/likeness_distance.ts"].includes(file))
    // The self-test computes references, and what trains does not import it: test/layering.pack.ts. An exported file makes
    // probabilities of logits, and which reading of a picture is taken is no part of training.
    .filter((file) => /^(lib(?!\/selftest\/)|models(?!\/export\/runtime\/|\/choose_reading\.ts))\//.test(file))
    .flatMap((file) =>
      withoutComments(read(file))
        .split("\n")
        .filter((line) => inexact.test(line) || power.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
  assert.equal(faults, []);
});

test.run();
