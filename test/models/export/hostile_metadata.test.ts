// Files made of a checkpoint that lies in wait: no text of it is code, comment or markup of what is exported.

import { createContext, runInContext } from "node:vm";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeSafetensors } from "../../../lib/index.ts";
import { EXPORTERS, type ExportableModel } from "../../../models/export/index.ts";
import { literal } from "../../../models/export/literal.ts";
import { modelCard } from "../../../models/export/model_card.ts";
import { readCheckpointMetadata, writeCheckpointMetadata } from "../../../models/index.ts";
import { readProtobuf } from "../../support/read_protobuf.ts";
import { shippedModel } from "../../support/shipped_model.ts";

const test = suite("exports of hostile metadata");

const FIELDS = ["model", "dataset", "trained_on", "dataset_sha256", "seed", "epoch", "val_accuracy", "test_accuracy", "test_images", "simdgrad", "kernels", "note", "constructor", "toString"]; // biome-ignore format: one line
/** Each would call `hit` if any of it ran. */
const PAYLOADS = [
  "x\u2028hit();//",
  "x\u2029hit();//",
  "x\nhit();//",
  "x\r\nhit();//",
  '"};hit();({"a":"',
  '\\";hit();//',
  "*/hit();/*",
  "`;hit();`\u0024{hit()}",
  "\u0024{hit()}",
  "</script><script>hit()</script>",
  "</SCRIPT ><img src=x onerror=hit()>",
  "<!--<script>",
  "--><svg onload=hit()>",
  "]]><x/>",
  "&lt;script&gt;hit()&lt;/script&gt;",
  "{{SCRIPT}}{{POLICY}}$&$`$'$1",
  "\u0000\u001b]0;x\u0007\u009b\u202e\u200b\ud800\udc00\ud800",
  "\ufeff\u{e0041}",
  "__proto__",
];
const ALL = PAYLOADS.join(" ");

const { name, network } = shippedModel("linear");

function withTexts(texts: Record<string, string>, called = name): ExportableModel {
  return { name: called, network, metadata: readCheckpointMetadata(texts) };
}

const text = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

const HARMLESS = withTexts({ dataset: "letters", test_accuracy: "0.5" });
const UNNAMED = { ...HARMLESS, name: "mine" };

/** What stands before and behind the card of a harmless model, which every other one has there as well. */
function around(format: "mjs" | "html", model: ExportableModel): string[] {
  return text(EXPORTERS[format](model)).split(literal(modelCard(model), 2));
}

function cardOf(file: string, [before, behind]: readonly string[]): string {
  assert.ok(file.startsWith(before) && file.endsWith(behind), "code, comments and markup are ours");
  const card = file.slice(before.length, file.length - behind.length);
  assert.match(card, /^[ -~\n]*$/);
  assert.not.match(card, /[<>&]|\*\/|--/);
  return card;
}

function expectHarmless(model: ExportableModel, harmless = HARMLESS): void {
  const expected = JSON.parse(JSON.stringify(modelCard(model)));
  const module = text(EXPORTERS.mjs(model));
  assert.equal(JSON.parse(cardOf(module, around("mjs", harmless))), expected);
  assert.equal(JSON.parse(cardOf(text(EXPORTERS.html(model)), around("html", harmless))), expected);
  // Run where whatever it calls or leaves is seen.
  let hits = 0;
  const hit = (): void => {
    hits++;
  };
  const world = createContext({ atob, hit }, { codeGeneration: { strings: false, wasm: true } });
  const code = module.replace(/^export const /gm, "const ").replace(/^export \{[^}]*\};$/gm, "");
  const card = runInContext(`(() => {${code}\nreturn JSON.stringify(model); })()`, world);
  assert.equal([JSON.parse(card), hits, Object.keys(world)], [expected, 0, ["atob", "hit"]]);
}

/** As hostile as the harmless one in everything that its header says. */
const about = (texts: Record<string, string>): Record<string, string> => ({
  ...HARMLESS.metadata.others,
  dataset: "letters",
  test_accuracy: "0.5",
  ...texts,
});

test("a page and a module differ from those of harmless metadata in their card alone, which is data", () => {
  for (const field of FIELDS.filter((each) => each !== "test_accuracy" && each !== "dataset"))
    expectHarmless(withTexts(about({ [field]: ALL })));
  for (const payload of PAYLOADS) {
    const all = Object.fromEntries(FIELDS.map((field) => [field, payload]));
    expectHarmless(withTexts({ ...all, dataset: "letters", test_accuracy: "0.5", [payload]: payload }));
    // As a caller gives it, whom nobody has read a file for.
    const metadata = { ...HARMLESS.metadata, others: { [payload]: payload } };
    expectHarmless({ name: payload, network, metadata }, UNNAMED);
  }
});

test("the header is ours, whatever the data set is called and the accuracy says", () => {
  for (const payload of [...PAYLOADS, ALL, "MNIST", "é"]) {
    const module = text(EXPORTERS.mjs(withTexts({ dataset: payload, trained_on: payload, test_accuracy: "0.5" })));
    const header = module.slice(0, module.indexOf("\n\n"));
    assert.ok(
      header.split(/[\n\r\u2028\u2029]/).every((line) => line.startsWith("//")),
      header,
    );
    const known = /right\.|`model` says|its test images/.test(header);
    assert.ok(known && !/hit\(|é|<|\*\//.test(header), header);
  }
  for (const accuracy of ["1e300", "-1", "NaN", "*/hit()", "0x2", "Infinity"]) {
    const header = text(EXPORTERS.mjs(withTexts({ dataset: "mnist", test_accuracy: accuracy }))).split("\n\n")[0];
    assert.match(header, /Its test accuracy was not recorded\./);
  }
});

test("metadata from callers is checked before it is written", () => {
  for (const field of [
    "dataset",
    "trainedOn",
    "simdgrad",
    "kernels",
    "datasetSha256",
    "testAccuracy",
    "model",
  ] as const)
    for (const value of ["a\nb", "*/", 2, {}, ["</script>"], Number.NaN].filter(
      (each) => each !== "*/" || field === "testAccuracy",
    )) {
      const metadata = { ...HARMLESS.metadata, [field]: value } as never;
      for (const [format, write] of Object.entries(EXPORTERS))
        assert.throws(() => write({ name, network, metadata }), new RegExp(`${field} must be`), `${format} ${field}`);
    }
});

test("metadata ends: names and texts of bounded length, and a bounded number of them", () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key ${i}`, "x".repeat(100)]));
  const { others } = readCheckpointMetadata({ ...many, long: "x".repeat(1e6), ["n".repeat(1e5)]: "x" });
  assert.is(Object.keys(others).length, 100);
  const { others: few } = readCheckpointMetadata({ long: "x".repeat(1e6), ["n".repeat(1e5)]: "x", kept: "x" });
  assert.equal(few, { kept: "x" });
  const written = writeCheckpointMetadata({ ...readCheckpointMetadata({}), others: { ...many, __proto__: "x" } });
  assert.is(Object.keys(written).length, 100);
});

test("onnx and safetensors hold the same texts, well-formed", () => {
  const model = withTexts(about(Object.fromEntries(PAYLOADS.map((payload, i) => [`p${i}`, payload]))));
  const expected = writeCheckpointMetadata(model.metadata);
  assert.equal(decodeSafetensors(EXPORTERS.safetensors(model)).metadata, expected);
  const properties = readProtobuf(EXPORTERS.onnx(model)).messages(14);
  const found = Object.fromEntries(properties.map((property) => [property.text(1), property.text(2)]));
  for (const [key, value] of Object.entries(expected)) assert.is(found[key], Buffer.from(value).toString().replace(/^\ufeff/, ""), key); // biome-ignore format: one line
});

test.run();
