// Whatever is passed to a public function, it works or is refused in one line of the library's own.

import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as lib from "../lib/index.ts";
import { ENTRIES, PUBLIC_CALLS, type PublicCall } from "./support/public_calls.ts";

const test = suite("wrong types");

/** Exports that are no function of a user's: errors, which anyone may make. */
const isError = (value: unknown): boolean =>
  typeof value === "function" && (value === lib.SimdgradError || value.prototype instanceof lib.SimdgradError);

const LINE = /^[\w.]+: [^\n]{1,500}$/;
const ABSENT = Symbol("left out");

/** One of each kind that ends up where another belongs. */
function wrongValues(): unknown[] {
  const disposed = lib.ones([2]);
  disposed.dispose();
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const sparse = new Array<number>(2);
  return [
    ABSENT,
    undefined,
    null,
    true,
    "",
    "0.5",
    "nested.name",
    0,
    -1,
    3,
    0.5,
    1e300,
    2 ** 33 + 1,
    Number.MAX_SAFE_INTEGER,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    10n,
    Symbol("s"),
    () => 1,
    async () => 1,
    Promise.resolve(1),
    class {},
    lib.ReLU,
    {},
    { learningRate: 1 },
    Object.create(null),
    { length: 3 },
    [],
    [1, "2"],
    [[1, 2], [3]],
    [null],
    cyclic,
    sparse,
    new Map([["a", 1]]),
    new Set([1]),
    new Date(0),
    new Error("e"),
    /x/,
    new Float32Array(3),
    new BigInt64Array(2),
    new DataView(new ArrayBuffer(4)),
    new ArrayBuffer(8),
    Object.create(lib.Tensor.prototype),
    { dtype: "f32", shape: [2], size: 2, ptr: 64, values: new Float32Array(2), data: new Float32Array(2) },
    [lib.ones([2]), lib.ones([2])],
    runInNewContext("[1, 2]"),
    runInNewContext("({ batchSize: 2 })"),
    new Number(2),
    lib.ones([2]),
    lib.ones([2, 1, 28, 28]),
    lib.zeros([0, 28, 28, 1]),
    lib.full([2], 3e38),
    lib.full([4], Number.NaN),
    lib.tensor(1),
    lib.empty([0]),
    lib.zeros([2], "u8"),
    lib.zeros([6, 4, 4], "i32"),
    disposed,
    new lib.Linear(2, 2),
    new lib.Adam([lib.ones([1])]),
    new lib.Dataset({ name: "d", images: lib.zeros([1, 2, 2], "u8"), labels: lib.zeros([1], "u8") }),
  ];
}

type Path = readonly (string | number)[];

/** Where something may go wrong: each argument, and within plain objects and arrays each part. */
function pathsOf(args: readonly unknown[]): Path[] {
  const found: Path[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (path.length > 0) found.push(path);
    const isPlain = Array.isArray(value) || Object.getPrototypeOf(value ?? 0) === Object.prototype;
    if (!isPlain || path.length > 3) return;
    const parts = Object.entries(value as object).slice(0, 20);
    for (const [key, part] of parts) visit(part, [...path, key]);
  };
  visit(args, []);
  return found;
}

function put(args: unknown[], path: Path, value: unknown): unknown[] {
  const parent = path.slice(0, -1).reduce((at, key) => (at as Record<string, unknown>)[key], args as unknown);
  const last = path[path.length - 1];
  if (value !== ABSENT) (parent as Record<string, unknown>)[last] = value;
  else if (parent === args) args.length = Number(last);
  else delete (parent as Record<string, unknown>)[last];
  return args;
}

/** What is wrong with how it failed, if anything. */
async function faultOf({ args, run }: PublicCall, change: (args: unknown[]) => unknown[]): Promise<string | null> {
  try {
    await run(...change(args()));
    return null;
  } catch (error) {
    // A class where a function belongs is called, and that is what comes of it.
    if (error instanceof TypeError && /^Class constructor/.test(error.message)) return null;
    if (!(error instanceof lib.SimdgradError)) return `${error instanceof Error ? error.stack : String(error)}`;
    return LINE.test(error.message) ? null : `not a line: ${JSON.stringify(error.message)}`;
  }
}

function shown(value: unknown): string {
  try {
    return typeof value === "object"
      ? (value?.constructor?.name ?? "object") + JSON.stringify(value).slice(0, 60)
      : String(value).slice(0, 60);
  } catch {
    return "…";
  }
}

test("every public function and class has a valid call to start from, and it is valid", async () => {
  for (const [entry, exported] of Object.entries(ENTRIES)) {
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value !== "function" || isError(value)) continue;
      assert.ok(name in PUBLIC_CALLS, `${name} of ${entry} is not in test/support/public_calls.ts`);
    }
  }
  for (const [name, { args, run }] of Object.entries(PUBLIC_CALLS)) {
    if (name === "useKernels") continue; // the kernels are loaded
    try {
      await run(...args());
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).stack}`);
    }
  }
});

test("whatever is put into any argument, the call works or says in one line what is wrong", async () => {
  const places = Object.entries(PUBLIC_CALLS).flatMap(([name, each]) =>
    pathsOf(each.args()).map((path) => ({ name, path })),
  );
  // No sizes of which the memory would be had: what they cost is not the matter here.
  const numbers = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double(), fc.constantFrom(2 ** 33, 2 ** 53, 1e300));
  const values = [numbers, fc.string(), fc.boolean(), fc.constant(null), fc.constant(undefined)];
  const kinds = { withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true } as const;
  const anything = fc.anything({ values, maxDepth: 3, withTypedArray: true, withSparseArray: true, ...kinds });
  const isRefusedOrDone = fc.asyncProperty(fc.constantFrom(...places), anything, async ({ name, path }, value) => {
    const fault = await faultOf(PUBLIC_CALLS[name], (args) => put(args, path, value));
    assert.is(fault, null, `${name}, ${path.join(".")}: ${fault}`);
  });
  await fc.assert(isRefusedOrDone, { numRuns: 3000 });
});

for (const [name, each] of Object.entries(PUBLIC_CALLS)) {
  test(`${name}: a wrong value anywhere in its arguments`, async () => {
    const faults: string[] = [];
    for (const path of pathsOf(each.args())) {
      for (const value of wrongValues()) {
        const fault = await faultOf(each, (args) => put(args, path, value));
        if (fault !== null)
          faults.push(`${path.join(".")} = ${shown(value)}: ${fault.split("\n").slice(0, 4).join("\n   ")}`);
      }
    }
    assert.is(faults.length, 0, `${faults.length} faults\n${faults.slice(0, 8).join("\n")}`);
  });
}

test.run();
