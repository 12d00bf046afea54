// The layers of ARCHITECTURE.md, enforced: every arrow points down.

import { existsSync, readdirSync } from "node:fs";
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from "dependency-cruiser";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { read } from "./support/sources.ts";

type Rule = Extract<NonNullable<IFlattenedRuleSet["forbidden"]>[number], { to: unknown }>;

const test = suite("layering");

/** From the top down; a layer may use itself and those below. Neighbours on one line may use each other. */
const LAYERS = [
  ["cli", "serve", "web", "bench"],
  ["store"],
  ["models"],
  ["data"],
  ["lib/selftest"],
  ["lib/train", "lib/plot"],
  ["lib/nn", "lib/optim", "lib/data", "lib/formats"],
  ["lib/ops"],
  ["lib/autograd"],
  ["lib/tensor"],
  ["lib/runtime"],
  ["lib/base"],
];
const FOLDERS = ["lib", "data", "models", "store", "cli", "serve", "web", "bench", "test"];
/**
 * Programs: each parses, calls and shows, and none uses another, nor bench. Bench is a door too, but no row here: it measures
 * the others, and may import them.
 */
const DOORS = ["cli", "serve", "web"];
/** Rooms that a page shares: they run wherever JavaScript does, but for their *.node.ts. */
const BROWSER_SAFE = ["lib", "data", "models"];
/** Those of the program, from the top down as well: its page has them in this order. */
const ROOMS = [...read("cli/README.md").matchAll(/^\| \[(\w+)\]/gm)].map(([, room]) => room);

const NPM: Rule["to"] = {
  dependencyTypes: ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-bundled", "npm-no-pkg"],
};
const NODE: Rule["to"] = { dependencyTypes: ["core"] };

const inside = (folders: readonly string[]): string => `^(${folders.join("|")})/`;

const upward: Rule[] = LAYERS.slice(1).map((layer, i) => ({
  name: `${layer.join(", ")}: no import upwards`,
  severity: "error",
  from: { path: inside(layer) },
  to: { path: inside(LAYERS.slice(0, i + 1).flat()) },
}));

const roomsUpward: Rule[] = ROOMS.slice(1).map((room, i) => ({
  name: `cli/${room}: no import upwards`,
  severity: "error",
  from: { path: `^cli/${room}/` },
  to: { path: `^cli/((main|commands)\\.ts|(${ROOMS.slice(0, i + 1).join("|")})/)` },
}));

const rules: Rule[] = [
  ...upward,
  ...roomsUpward,
  { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
  {
    // The peers' packages are installed in their own folder, or not at all; dist/ is there once it is built.
    name: "every import is found",
    severity: "error",
    from: { pathNot: "^bench/peers/[^/]+\\.mjs$" },
    to: { couldNotResolve: true, pathNot: "(^|/)dist/(slim/)?[^/]+\\.js$" },
  },
  ...DOORS.map(
    (door): Rule => ({
      name: `${door}: doors do not import each other`,
      severity: "error",
      from: { path: inside([door]) },
      to: {
        path: inside([...DOORS.filter((other) => other !== door), "bench"]),
        // mnist serve starts the server: docs/adr/0017-mnist-serve-opens-another-door.md.
        pathNot: door === "cli" ? "^serve/(index|options)\\.ts$" : undefined,
      },
    }),
  ),
  {
    name: "lib/ and models/ import no npm package, data/ in *.node.ts only",
    severity: "error",
    from: { path: inside(BROWSER_SAFE), pathNot: "^data/.*\\.node\\.ts$" },
    to: NPM,
  },
  {
    name: "lib/, data/ and models/ import node: modules in *.node.ts only",
    severity: "error",
    from: { path: inside(BROWSER_SAFE), pathNot: "\\.node\\.ts$" },
    to: NODE,
  },
  {
    name: "what a browser loads does not reach *.node.ts",
    severity: "error",
    from: {
      path: "^(lib|lib/plot|lib/selftest|data|models|models/export)/index\\.ts$|^web/(app/(main|app)|.*_worker)\\.tsx?$",
    },
    to: { path: "\\.node\\.ts$", reachable: true },
  },
  {
    name: "what is built is loaded in one place, by the exporters, and where a thread or the web app's reader starts",
    severity: "error",
    from: {
      pathNot:
        "^(lib/runtime/((embedded_)?kernels|kernel_(abi|module)|wide_simd\\.node)\\.ts|models/export/(export_mjs|export_html|runtime/wasm_network)\\.ts|serve/pictures/picture_thread\\.ts|web/read/files\\.ts|test/)",
    },
    to: { path: "^build/" },
  },
  ...DOORS.map(
    (door): Rule => ({
      name: `${door}: programs use the library through its public entries, and lib/base, which loads nothing else`,
      severity: "error",
      from: { path: inside([door]) },
      to: {
        path: inside(["lib", "models", "data", "bench"]),
        // The pen and what shows its ink are no part of the library, and the same on an exported page and in the web app.
        pathNot: `^(lib|lib/plot|lib/selftest|models|models/export|data)/index(\\.node)?\\.ts$|^lib/base/${
          door === "web" ? "|^models/export/page/(pen|easel|percent)\\.ts$" : ""
        }`,
      },
    }),
  ),
  {
    name: "the library does not grow by its self-test: only programs, benchmarks and tests import it",
    severity: "error",
    from: { pathNot: "^(lib/selftest|cli|serve|web|bench|test)/" },
    to: { path: "^lib/selftest/" },
  },
  {
    name: "nothing that ships imports tests or benchmarks",
    severity: "error",
    from: { pathNot: "^(test|bench)/" },
    to: { path: "^(test|bench)/" },
  },
];

const kernelRules: Rule[] = [
  { name: "kernels/ imports kernels/ only", severity: "error", from: {}, to: { pathNot: "^kernels/" } },
  { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
];

async function violations(folders: string[], forbidden: Rule[]): Promise<string[]> {
  const { output } = await cruise(folders, {
    ruleSet: { forbidden },
    validate: true,
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "types", "default"] },
    doNotFollow: { path: "(^|/)(node_modules|build)/" },
  });
  const { summary } = output as ICruiseResult;
  assert.ok(summary.totalCruised > 5, `read ${summary.totalCruised} modules of ${folders}; is the parser working?`);
  assert.ok((summary.totalDependenciesCruised ?? 0) > 5, `read no imports in ${folders}`);
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

test("every arrow between modules points down", async () => {
  assert.equal(await violations(FOLDERS.filter(existsSync), rules), []);
});

test("the page of the program names every room, and all but main.ts and commands.ts is in one", () => {
  const entries = readdirSync("cli").filter((name) => !["README.md", "main.ts", "commands.ts"].includes(name));
  assert.equal(entries.sort(), [...ROOMS].sort());
});

test("kernels import nothing but kernels", async () => {
  assert.equal(await violations(["kernels"], kernelRules), []);
});

test("what the rules forbid is noticed where it occurs", async () => {
  const named = (name: string, from: string, to: Rule["to"]): Rule => ({
    name,
    severity: "error",
    from: { path: from },
    to,
  });
  const found = await violations(
    ["lib", "test/support"],
    [
      named("arrow", "^lib/ops/", { path: "^lib/tensor/" }),
      named("npm", "^test/support/", NPM),
      named("node", "^test/support/", NODE),
    ],
  );
  assert.equal([...new Set(found.map((line) => line.split(":")[0]))].sort(), ["arrow", "node", "npm"]);
});

test.run();
