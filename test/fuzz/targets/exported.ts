// What a checkpoint says of itself, exported: to a module, a page, ONNX and safetensors.
//
// Garbage: a module or page that is more than the one of a silent checkpoint, with another constant `model`; such a
// constant that is not JSON in ASCII, or may end a line, a comment or a script; code of the checkpoint's that runs, which
// an empty realm shows; other answers; files that others read otherwise than it was meant, or with other weights.

import { createHash } from "node:crypto";
import { createContext, runInContext } from "node:vm";
import { crc32 } from "../../../lib/base/crc32.ts";
import { CheckpointError } from "../../../lib/base/errors.ts";
import { sha256 } from "../../../lib/base/sha256.ts";
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  decodeSafetensors,
  encodeSafetensors,
  Flatten,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from "../../../lib/index.ts";
import { EXPORTERS, type ExportFormat } from "../../../models/export/index.ts";
import { readCheckpointMetadata, writeCheckpointMetadata } from "../../../models/index.ts";
import { isolated } from "../../support/exported_module.ts";
import { type Message, readProtobuf } from "../../support/read_protobuf.ts";
import { hostileText } from "../hostile_text.ts";
import { utf8 } from "../mutate_bytes.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

interface Asked {
  format: ExportFormat;
  name: string;
  /** The metadata of the checkpoint. */
  texts: Record<string, string>;
}

interface Exported extends Asked {
  bytes: Uint8Array;
}

/** Of so many modules and pages, one is run as a whole: compiling the kernels takes longer than all the rest. */
const RUN_ONE_IN = 64;

export const target: FuzzTarget<Exported> = {
  name: "exported",
  errors: [CheckpointError],
  mutate: (random) => {
    const format = random.pick(["mjs", "mjs", "mjs", "mjs", "html", "onnx", "safetensors"] as const);
    // ONNX has rules for a graph's name, which whoever exports chooses, and no file.
    const name = format !== "onnx" && random.oneIn(4) ? hostileText(random) : random.pick(["cnn", "linear"]);
    return utf8(JSON.stringify({ format, name, texts: textsOf(random) }));
  },
  read: (input) => {
    const asked: Asked = JSON.parse(new TextDecoder().decode(input));
    return { ...asked, bytes: exported(asked) };
  },
  garbage: (value, input) => {
    const text = new TextDecoder().decode(value.bytes);
    switch (value.format) {
      case "mjs":
        return moduleFault(value, partsOf(text), SILENT_MODULE) ?? (isChosen(input) ? runFault(value.bytes) : null);
      case "html":
        return pageFault(value, text);
      case "onnx":
        return onnxFault(value);
      case "safetensors":
        return safetensorsFault(value);
    }
  },
  describe: ({ format }) => `a file for ${format}`,
  leastRefusals: 0,
};

const KNOWN = [
  ...["model", "dataset", "trained_on", "dataset_sha256", "seed", "epoch", "val_accuracy", "test_accuracy"],
  ...["test_images", "simdgrad", "kernels", "mean", "weights_sha256", "license"],
];
const PLAIN = ["cnn", "mnist", "synthetic", "7", "0.99", "10000", "1000", "1", "0", "0.1.0"];

function textsOf(random: Random): Record<string, string> {
  const entries = Array.from({ length: random.below(8) }, () => [
    random.oneIn(5) ? hostileText(random) : random.pick(KNOWN),
    random.oneIn(3) ? random.pick(PLAIN) : hostileText(random),
  ]);
  return Object.fromEntries(entries);
}

const NETWORK = new Sequential(
  {
    ...{
      conv1: new Conv2d(1, 4, 3, { padding: 1 }),
      bn1: new BatchNorm2d(4),
      relu1: new ReLU(),
      pool1: new MaxPool2d(2),
    },
    ...{ conv2: new Conv2d(4, 4, 3, { padding: 1 }), bn2: new BatchNorm2d(4), relu2: new ReLU() },
    ...{ pool2: new AdaptiveAvgPool2d(1), flatten: new Flatten(), fc: new Linear(4, 10) },
  },
  { seed: 1 },
).eval() as Sequential;

function exported({ format, name, texts }: Asked): Uint8Array {
  return EXPORTERS[format]({ name, network: NETWORK, metadata: readCheckpointMetadata(texts) });
}

const silent = (format: ExportFormat): Uint8Array => exported({ format, name: "cnn", texts: {} });
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const SILENT_MODULE = partsOf(textOf(silent("mjs")));
const SILENT_PAGE = textOf(silent("html"));
const SILENT_ONNX = readProtobuf(silent("onnx"));
const SILENT_METADATA = Object.fromEntries(SILENT_ONNX.messages(14).map((pair) => [pair.text(1), pair.text(2)]));
const SILENT_WEIGHTS = digestOf(silent("safetensors"));
const PIXELS = Uint8Array.from({ length: 784 }, (_, i) => (i * 31) & 255);
const LOGITS = String(isolated(silent("mjs"), { canCompile: true }).predict(PIXELS).logits);

interface Parts {
  /** The comment that it begins with. */
  head: string;
  /** The constant `model`. */
  card: string;
  rest: string;
}

/** Null where a module has no such parts. */
function partsOf(text: string): Parts | null {
  const [before, after] = ["\nexport const model = ", ";\n\n"];
  const from = text.indexOf(before);
  const to = text.indexOf(after, from);
  if (from < 0 || to < 0) return null;
  return { head: text.slice(0, from), card: text.slice(from + before.length, to), rest: text.slice(to + after.length) };
}

function moduleFault(asked: Asked, parts: Parts | null, silent: Parts | null): string | null {
  if (!parts || !silent) return "a module without its constant";
  const { head, card } = parts;
  if (parts.rest !== silent.rest) return "a module with other code";
  return headFault(head, silent.head) ?? cardFault(asked, card) ?? tripFault(`${head}\n({ "model": ${card} })`);
}

/** The comment may say how many images are read right, and of which of our data sets. */
function headFault(head: string, silent: string): string | null {
  const lines = head.split(/\r\n|[\n\r\u2028\u2029]/);
  const others = silent.split("\n");
  if (!lines.every((line) => line === "" || line.startsWith("//"))) return "a comment that ends";
  const [first] = lines.filter((line) => line !== "");
  if (!/^[ -~]{1,200}$/.test(first) || /[<>]|--/.test(first)) return "a comment of strange characters";
  return lines.slice(2).join("\n") === others.slice(2).join("\n") ? null : "a comment of other lines";
}

function cardFault({ name, texts }: Asked, card: string): string | null {
  if (!/^[ -~\n]*$/.test(card) || /[<>&]|\*\/|--/.test(card))
    return "a constant that may end a line, a comment or a script";
  let value: { name: string; checkpoint: unknown };
  try {
    value = JSON.parse(card);
  } catch {
    return "a constant that is not JSON";
  }
  if (value.name !== name) return "a constant of another name";
  const meant = writeCheckpointMetadata(readCheckpointMetadata(texts));
  return JSON.stringify(value.checkpoint) === JSON.stringify(meant) ? null : "a constant of another checkpoint";
}

/** A realm that has JavaScript and nothing else, and what was put into it since. */
const SEEN: Record<string, unknown> = {};
const WORLD = createContext(SEEN, { codeGeneration: { strings: false, wasm: false } });

/** What the checkpoint brought along, run: nothing may come of it but a value. */
function tripFault(code: string): string | null {
  try {
    runInContext(code, WORLD);
  } catch (error) {
    return `code that does not run: ${(error as Error).message}`;
  }
  const [name] = Object.keys(SEEN);
  if (name === undefined) return null;
  delete SEEN[name];
  return "code that a checkpoint brought along";
}

interface Page {
  /** What it says of the checkpoint, as data. */
  card: string;
  script: string;
  /** The rest, without the digest of the script. */
  shell: string;
}

function pageParts(page: string): Page {
  const from = page.indexOf('id="card">') + 10;
  const to = page.indexOf("</script", from);
  const scriptFrom = page.indexOf(">", page.indexOf("<script", to)) + 1;
  const scriptTo = page.indexOf("</script", scriptFrom);
  const shell = page.slice(0, from) + page.slice(to, scriptFrom) + page.slice(scriptTo);
  return {
    card: page.slice(from, to),
    script: page.slice(scriptFrom, scriptTo),
    shell: shell.replace(/'sha256-[\w+/=]+' 'wasm/, () => "'wasm"),
  };
}

function pageFault(asked: Asked, page: string): string | null {
  const { card, script, shell } = pageParts(page);
  const silent = pageParts(SILENT_PAGE);
  if (shell !== silent.shell) return "a page with other markup";
  const digest = createHash("sha256").update(script).digest("base64");
  if (!page.includes(`script-src 'sha256-${digest}'`)) return "a page whose policy is another script's";
  const [parts, silentParts] = [partsOf(script), partsOf(silent.script)];
  if (!parts || parts.rest !== silentParts?.rest || parts.card !== silentParts.card) return "a page with other code";
  return headFault(parts.head, silentParts.head) ?? cardFault(asked, card);
}

/** Imported as a whole, in a realm that has nothing: the same answers as those of a silent checkpoint's. */
function runFault(bytes: Uint8Array): string | null {
  const { predict } = isolated(bytes, { canCompile: true });
  return String(predict(PIXELS).logits) === LOGITS ? null : "a module with other answers";
}

const isChosen = (input: Uint8Array): boolean => crc32(input) % RUN_ONE_IN === 0;

/** Of ONNX's ModelProto: metadata_props is field 14, the graph 7, whose name is its field 2. */
function onnxFault({ name, texts, bytes }: Exported): string | null {
  const model = readProtobuf(bytes);
  const others = (message: Message, without: number): string =>
    String(message.fields.filter((field) => field !== without));
  if (others(model, 14) !== others(SILENT_ONNX, 14)) return "an ONNX file of other fields";
  const [graph, silentGraph] = [model.message(7), SILENT_ONNX.message(7)];
  if (graph.text(2) !== wellFormed(name)) return "a graph of another name";
  if (others(graph, 2) !== others(silentGraph, 2)) return "a graph of other fields";
  const nodes = (message: Message): string => String(message.messages(1).map((node) => node.text(4)));
  if (nodes(graph) !== nodes(silentGraph)) return "a graph of other nodes";
  const pairs = model.messages(14).map((pair) => [pair.text(1), pair.text(2)]);
  const found = Object.fromEntries(pairs);
  if (Object.keys(found).length !== pairs.length) return "a key twice in ONNX's metadata";
  const ours = { ...SILENT_METADATA, ...fromTexts(texts), ...SILENT_METADATA };
  return sorted(found) === sorted(ours) ? null : "other metadata in ONNX";
}

/** Of the tensors alone. */
function digestOf(file: Uint8Array): string {
  return sha256(encodeSafetensors(decodeSafetensors(file).tensors));
}

function safetensorsFault({ texts, bytes }: Exported): string | null {
  const { metadata } = decodeSafetensors(bytes);
  if (digestOf(bytes) !== SILENT_WEIGHTS) return "other weights";
  return sorted(metadata) === sorted(writeCheckpointMetadata(readCheckpointMetadata(texts)))
    ? null
    : "other metadata in safetensors";
}

/** What is meant by them, in UTF-8, which has no half of a surrogate pair. */
function fromTexts(texts: Record<string, string>): Record<string, string> {
  const entries = Object.entries(writeCheckpointMetadata(readCheckpointMetadata(texts)));
  return Object.fromEntries(entries.map(([key, value]) => [wellFormed(key), wellFormed(value)]));
}

function wellFormed(text: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(utf8(text));
}

function sorted(texts: Record<string, string>): string {
  return JSON.stringify(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
