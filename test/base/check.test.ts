import { suite } from "uvu";
import { below1, check, checkOptions, integer, nonNegative, oneOf, required, upTo1 } from "../../lib/base/check.ts";
import { OptionError } from "../../lib/base/errors.ts";
import { refuses } from "../support/refuses.ts";

const test = suite("check");

interface Options {
  lr?: number;
  betas?: number;
  eps?: number;
  weightDecay?: number;
  labelSmoothing?: number;
}
const RULES = { lr: nonNegative, betas: below1, eps: nonNegative, weightDecay: nonNegative, labelSmoothing: upTo1 };
const checked = (options: unknown) => () => checkOptions<Options>("Adam", options as Options, RULES);

test("an option of another name is refused, with the one that was meant and all there are", () => {
  const takes = "It takes lr, betas, eps, weightDecay, labelSmoothing.";
  for (const [name, meant] of [
    ["learningRate", "lr"],
    ["learning_rate", "lr"],
    ["LR", "lr"],
    ["weight_decay", "weightDecay"],
    ["wieghtDecay", "weightDecay"],
    ["decay", "weightDecay"],
    ["epsilon", "eps"],
    ["beta", "betas"],
    ["smoothing", "labelSmoothing"],
  ]) {
    refuses(checked({ [name]: 1 }), OptionError, `Adam: there is no option ${name}; did you mean ${meant}? ${takes}`);
  }
  refuses(checked({ zzz: 1 }), OptionError, `Adam: there is no option zzz. ${takes}`);
});

test("what is no object is refused where options belong, and says which there are", () => {
  const message = (got: string) =>
    `Adam: options go in an object, { lr: …, betas: …, eps: …, weightDecay: …, labelSmoothing: … }; got ${got}.`;
  refuses(checked(0.01), OptionError, message("0.01"));
  refuses(checked(null), OptionError, message("null"));
  refuses(checked([1, "a"]), OptionError, message('[1, "a"]'));
  refuses(checked(Math.max), OptionError, message("a function"));
  refuses(checked(undefined), OptionError, message("undefined"));
});

test("options that are left out or undefined pass, those that must be given do not", () => {
  checked({})();
  checked({ lr: undefined, eps: 0, rate: undefined })();
  checked(Object.assign(Object.create(null), { lr: 1 }))();
  const needs = { lr: required(nonNegative) };
  refuses(
    () => checkOptions("SGD", {}, needs),
    OptionError,
    "SGD: option lr is missing; it must be a finite number ≥ 0.",
  );
});

test("a value of another kind is shown as it is, whatever it is", () => {
  const cyclic: unknown[] = [1];
  cyclic.push(cyclic);
  for (const [value, shown] of [
    ["0.1", '"0.1"'],
    [Number.NaN, "NaN"],
    [-1, "-1"],
    [null, "null"],
    [true, "true"],
    [1n, "1"],
    [Symbol("s"), "Symbol(s)"],
    [() => 1, "a function"],
    [{ p: 0.5, q: [1] }, "{ p: 0.5, q: [1] }"],
    [{}, "{}"],
    [Object.create(null), "{}"],
    [new Map(), "a Map"],
    [new Float32Array(3), "a Float32Array"],
    [new Error("x"), "an Error"],
    [cyclic, "[1, [1, [1, …]]]"],
    ["x".repeat(100), `"${"x".repeat(79)}…`],
  ] as const) {
    refuses(() => check("f", "x", value, nonNegative), OptionError, `f: x must be a finite number ≥ 0; got ${shown}.`);
  }
});

test("integers are counted by their limits, and words listed", () => {
  const fails = (value: unknown, rule: ReturnType<typeof integer>, says: string) =>
    refuses(() => check("f", "n", value, rule), OptionError, `f: n must be ${says}; got ${value}.`);
  fails(0.5, integer(), "an integer");
  fails(0, integer(1), "an integer ≥ 1");
  fails(4, integer(0, 3), "an integer from 0 to 3");
  fails(2 ** 53, integer(0, Number.MAX_SAFE_INTEGER), "an integer from 0 to 2^53 − 1");
  for (const n of [0, 3]) check("f", "n", n, integer(0, 3));
  refuses(
    () => check("f", "by", "max", oneOf("a", "b", "c")),
    OptionError,
    'f: by must be "a", "b" or "c"; got "max".',
  );
  check("f", "by", "c", oneOf("a", "b", "c"));
});

test.run();
