import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodePng } from "../../data/decode_png.ts";
import { encodePng } from "../../data/encode_png.node.ts";
import { blankPng, digitPng } from "../support/digit_png.ts";
import { pngChunk, pngFile, pngHeader } from "../support/png.ts";
import { expectFailure, runCli, temporaryFolder } from "../support/run_cli.ts";

const test = suite("mnist infer");

const folder = temporaryFolder();
const KEYS = ["file", "model", "checkpoint", "version", "predicted_class", "confidence", "probabilities", "is_digit", "reason", "latency_ms", "warnings"]; // biome-ignore format: one line
const shipped = new URL("../../models/pretrained/", import.meta.url);

writeFileSync(join(folder, "0.png"), digitPng(0));
writeFileSync(join(folder, "1.png"), digitPng(1));
writeFileSync(join(folder, "blank.png"), blankPng());
writeFileSync(join(folder, "text.png"), "this is no picture");
writeFileSync(join(folder, "cut.png"), digitPng(0).subarray(0, 200));
const flipped = Uint8Array.from(digitPng(0));
flipped[60] ^= 0xff;
writeFileSync(join(folder, "flipped.png"), flipped);
// 2³¹ − 1 pixels wide, 8-bit RGB: what makes a careless decoder abort the process.
writeFileSync(join(folder, "wide.png"), pngFile(pngHeader(2 ** 31 - 1, 1, 8, 2), pngChunk("IDAT", new Uint8Array(9))));
const linear = readFileSync(new URL("linear.safetensors", shipped));
writeFileSync(join(folder, "cut.safetensors"), linear.subarray(0, 1000));
writeFileSync(join(folder, "text.safetensors"), "this is no checkpoint, and long enough to look like one");

test("the shipped networks read 0 and 1, in the order they were named", async () => {
  for (const model of ["cnn", "linear"]) {
    const { code, stdout, stderr } = await runCli(folder, ["infer", "0.png", "1.png", "--model", model, "--json"]);
    assert.is(code, 0, stderr);
    const results = JSON.parse(stdout);
    assert.equal(results.map(Object.keys), [KEYS, KEYS]);
    assert.equal(results.map((r: { file: string }) => r.file), ["0.png", "1.png"]); // biome-ignore format: one line
    for (const [digit, result] of results.entries()) {
      assert.is(result.model, model);
      assert.match(result.checkpoint, new RegExp(`${model}\\.safetensors$`));
      assert.is(result.version, null);
      assert.is(result.predicted_class, digit);
      assert.is(result.probabilities.length, 10);
      assert.is(result.confidence, result.probabilities[digit]);
      assert.ok(Math.abs(result.probabilities.reduce((a: number, b: number) => a + b) - 1) < 1e-5);
      assert.ok(result.latency_ms > 0);
      assert.equal(result.warnings, []);
    }
    // Which checkpoint, and what it was trained on.
    assert.match(stderr, new RegExp(`^${model} from .*${model}\\.safetensors, trained on MNIST \\(sha256 `));
  }
});

test("--all reads every digit with its place, for people and as JSON", async () => {
  const [left, right] = ["0.png", "1.png"].map((name) => decodePng(readFileSync(join(folder, name)), name));
  const { width, height } = left;
  const both = new Uint8Array(8 * width * height);
  for (let y = 0; y < height; y++) {
    for (const [k, { data }] of [left, right].entries()) {
      both.set(data.subarray(4 * y * width, 4 * (y + 1) * width), 4 * width * (2 * y + k));
    }
  }
  writeFileSync(join(folder, "both.png"), encodePng({ width: 2 * width, height, data: both }));
  const { code, stdout } = await runCli(folder, ["infer", "--all", "both.png", "blank.png"]);
  assert.is(code, 0);
  assert.match(stdout, /both\.png: 2 digits: 0 1\n {2}0 +\d+\.\d\d % {2}at \d+, \d+, \d+ × \d+\n {2}1 /);
  assert.match(stdout, /blank\.png: no digit/);
  const json = await runCli(folder, ["infer", "--all", "--json", "both.png"]);
  const [{ file, digits }] = JSON.parse(json.stdout);
  assert.is(file, "both.png");
  assert.equal(digits.map((each: { predicted_class: number }) => each.predicted_class), [0, 1]); // biome-ignore format: one line
  assert.ok(digits[0].box.left + digits[0].box.width <= digits[1].box.left);
  await expectFailure(
    folder,
    ["infer", "--all", "--visualize", "0.png"],
    2,
    /--visualize shows one digit; leave out --all/,
  );
});

test("the shipped networks read the ten digits drawn in docs/digits", async () => {
  const digits = fileURLToPath(new URL("../../docs/digits/", import.meta.url));
  const files = Array.from({ length: 10 }, (_, digit) => join(digits, `${digit}.png`));
  for (const model of ["cnn", "linear"]) {
    const { stdout } = await runCli(folder, ["infer", ...files, "--model", model, "--json"]);
    const answers: { predicted_class: number; confidence: number; warnings: string[] }[] = JSON.parse(stdout);
    assert.equal(answers.map((answer) => answer.predicted_class), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], model); // biome-ignore format: one line
    assert.ok(answers.every(({ confidence, warnings }) => confidence > 0.8 && warnings.length === 0));
  }
});

test("for people it prints class, confidence, ten bars, the checkpoint and its data set", async () => {
  const { code, stdout, stderr } = await runCli(folder, ["infer", "1.png"]);
  assert.equal([code, stderr], [0, ""]);
  assert.match(stdout, /^cnn from .*cnn\.safetensors, trained on MNIST/);
  assert.match(stdout, /^1\.png: 1 {2}\d+\.\d\d % {2}\d+\.\d\d ms$/m);
  assert.is(stdout.match(/^ {2}\d .* \d+\.\d\d %$/gm)?.length, 10);
  assert.ok(stdout.split("\n").every((line, i) => i === 0 || line.length <= 80));
});

test("ten pictures get a line each; --verbose shows the bars of all", async () => {
  const files = [...Array.from({ length: 8 }, (_, i) => `${i % 2}.png`), "text.png", "blank.png"];
  const { code, stdout, stderr } = await runCli(folder, ["infer", ...files]);
  assert.is(code, 3);
  assert.match(stderr, /^error: .*text\.png.*\n$/);
  const [, , head, ...rows] = stdout.trimEnd().split("\n");
  assert.match(head, /^file +digit +sure +time +notes$/);
  assert.is(rows.length, 9);
  for (const [i, row] of rows.slice(0, 8).entries()) assert.match(row, new RegExp(`^${i % 2}\\.png +${i % 2} +[\\d.]+ % +[\\d.]+ ms$`)); // biome-ignore format: one line
  assert.match(rows[8], /^blank\.png +– +– +– {2}the picture is blank$/);
  const verbose = await runCli(folder, ["infer", "--verbose", ...files]);
  assert.is(verbose.stdout.match(/^ {2}\d .* \d+\.\d\d %$/gm)?.length, 80);
  const json = await runCli(folder, ["infer", "--json", ...files]);
  assert.is(JSON.parse(json.stdout).length, 9);
});

test("- is standard input", async () => {
  const { code, stdout } = await runCli(folder, ["infer", "-", "--json"], { input: digitPng(1) });
  const [result] = JSON.parse(stdout);
  assert.equal([code, result.file, result.predicted_class], [0, "-", 1]);
});

const jpeg = (name: string): string => fileURLToPath(new URL(`../fixtures/jpeg/${name}`, import.meta.url));

test("JPEGs are read like PNGs, beside them and from standard input, whatever they are called, as their camera was held", async () => {
  writeFileSync(join(folder, "named.png"), readFileSync(jpeg("grey.jpg")));
  writeFileSync(join(folder, "named.jpg"), digitPng(1));
  const held = [1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => jpeg(`held_${orientation}.jpg`));
  const files = [...held, jpeg("progressive.jpg"), jpeg("large.jpg"), "named.png", "-", "named.jpg", "0.png"];
  const { code, stdout, stderr } = await runCli(folder, ["infer", ...files, "--json"], {
    input: readFileSync(held[5]),
  });
  assert.is(code, 0, stderr);
  const digits = JSON.parse(stdout).map((answer: { predicted_class: number }) => answer.predicted_class);
  assert.equal(digits, [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 1, 0]);
});

test("a file that is neither is called by its kind, with what to do, and a JPEG that is not read by what is wrong with it", async () => {
  const latin = (text: string): Buffer => Buffer.from(text, "latin1");
  const grey = readFileSync(jpeg("grey.jpg"));
  const frame = grey.indexOf(Buffer.of(0xff, 0xc0));
  const changed = (at: number, ...bytes: number[]): Buffer => Buffer.concat([grey.subarray(0, at), Buffer.from(bytes), grey.subarray(at + bytes.length)]); // biome-ignore format: one line
  // biome-ignore format: one line each
  const wrong: Record<string, [bytes: Uint8Array, said: string]> = {
    "a.heic": [latin("\0\0\0\x18ftypheic\0\0\0\0"), "is a HEIC picture; PNG and JPEG are read: export it as JPEG; an iPhone"],
    "a.webp": [latin("RIFF\0\0\0\0WEBPVP8 "), "is a WebP picture; PNG and JPEG are read: save it as PNG or JPEG."],
    "a.gif": [latin("GIF89a\x01\0\x01\0"), "is a GIF picture; PNG and JPEG are read: save the frame"],
    "a.bmp": [latin("BM\0\0\0\0\0\0\0\0"), "is a BMP picture; PNG and JPEG are read: save it as PNG"],
    "a.pdf": [latin("%PDF-1.7\n"), "is a PDF document; PNG and JPEG are read: export the page as PNG"],
    "a.svg": [latin("<svg xmlns='http://www.w3.org/2000/svg'/>"), "is an SVG drawing; PNG and JPEG are read: export it as PNG"],
    "noise.jpg": [latin("\x01\x02\x03\x04"), "is no picture that is known here; PNG and JPEG are read: save it as PNG."],
    "cut.jpg": [grey.subarray(0, 700), "is truncated; its end is missing."],
    "cmyk.jpg": [readFileSync(jpeg("cmyk.jpg")), "is in CMYK, for printing; save it as RGB or grey."],
    "deep.jpg": [changed(frame + 4, 12), "has 12 bits a sample; save it with 8."],
    "arithmetic.jpg": [changed(frame + 1, 0xc9), "is coded as hardly any JPEG is (lossless, hierarchical or arithmetic); save it"],
    "huge.jpg": [changed(frame + 5, 255, 255, 255, 255), "claims 65535 × 65535 pixels; at most 40000000 are read. Make it smaller."],
  };
  for (const [file, [bytes]] of Object.entries(wrong)) writeFileSync(join(folder, file), bytes);
  const { code, stderr, stdout } = await runCli(folder, ["infer", ...Object.keys(wrong), "0.png", "--json"]);
  assert.is(code, 3);
  assert.is(JSON.parse(stdout).length, 1);
  const lines = stderr.trim().split("\n").slice(1);
  assert.is(lines.length, Object.keys(wrong).length, stderr);
  for (const [i, [file, [, said]]] of Object.entries(wrong).entries()) {
    assert.ok(lines[i].startsWith(`error: ${file} ${said}`), lines[i]);
  }
});

test("messages call it standard input, whatever is wrong with it", async () => {
  const wrong: [input: Uint8Array, message: RegExp][] = [
    [new Uint8Array(0), /^error: standard input is empty\.$/m],
    [new Uint8Array(2 ** 25 + 1), /^error: standard input is larger than 32 MiB\.$/m],
  ];
  for (const [input, message] of wrong) assert.match((await runCli(folder, ["infer", "-"], { input })).stderr, message);
});

test("a blank picture is called so, and not classified", async () => {
  const { code, stdout } = await runCli(folder, ["infer", "blank.png", "--json"]);
  assert.is(code, 0);
  const [{ checkpoint }] = JSON.parse(stdout);
  assert.equal(JSON.parse(stdout), [
    {
      ...{
        file: "blank.png",
        model: "cnn",
        checkpoint,
        version: null,
        predicted_class: null,
        confidence: null,
        probabilities: null,
      },
      ...{ is_digit: false, reason: "the picture is blank" },
      ...{ latency_ms: null, warnings: ["the picture is blank"] },
    },
  ]);
});

test("--visualize draws what the network saw, and writes it as a picture", async () => {
  mkdirSync(join(folder, "other"));
  writeFileSync(join(folder, "other/1.png"), digitPng(1));
  const args = ["infer", "1.png", "other/1.png", "--visualize", "--out", "seen"];
  const { code, stdout, stderr } = await runCli(folder, args);
  assert.is(code, 0, stderr);
  assert.is(stdout.match(/^[ ░▒▓█]{28}$/gm)?.length, 28);
  assert.match(stderr, /^What the network saw: seen\/1\.seen\.png\n.*seen\/1-2\.seen\.png\n$/s);
  const { width, height, data } = decodePng(readFileSync(join(folder, "seen/1.seen.png")), "1.seen.png");
  assert.equal([width, height], [280, 280]);
  const grey = (x: number, y: number): number => data[(y * 280 + x) * 4];
  assert.ok(grey(140, 140) > 200 && grey(5, 5) === 0);
  assert.ok(existsSync(join(folder, "seen/1-2.seen.png")));
});

test("a bad file gets its line and exit code 3; the good ones are answered all the same", async () => {
  const bad = ["text.png", "cut.png", "flipped.png", "wide.png", "missing.png", "seen"];
  const { code, stdout, stderr } = await runCli(folder, ["infer", "0.png", ...bad, "1.png", "--json"]);
  assert.is(code, 3);
  assert.equal(JSON.parse(stdout).map((r: { predicted_class: number }) => r.predicted_class), [0, 1]); // biome-ignore format: one line
  const lines = stderr.trim().split("\n").slice(1);
  assert.is(lines.length, bad.length, stderr);
  bad.forEach((file, i) => {
    assert.match(lines[i], new RegExp(`^error: .*\\b${file.replace(".", "\\.")}\\b`));
  });
});

if (process.platform !== "win32") {
  test("a pipe that nobody writes to, a device and gigabytes of nothing are refused at once; a pipe with a writer is read", async () => {
    execFileSync("mkfifo", [join(folder, "pipe.png")]);
    writeFileSync(join(folder, "sparse.png"), "");
    truncateSync(join(folder, "sparse.png"), 1e10);
    symlinkSync("/dev/zero", join(folder, "zero.png"));
    symlinkSync("loop.png", join(folder, "loop.png"));
    const bad = { "pipe.png": "is a pipe that nobody writes to", "sparse.png": "larger than 32 MiB", "zero.png": "it is a device", "loop.png": "ELOOP" }; // biome-ignore format: one line
    const outcome = await runCli(folder, ["infer", ...Object.keys(bad), "0.png", "--json"]);
    assert.is(outcome.code, 3);
    assert.is(JSON.parse(outcome.stdout).length, 1);
    for (const [file, why] of Object.entries(bad)) assert.match(outcome.stderr, new RegExp(`^error: .*${file.replace(".", "\\.")}.*${why}`, "m")); // biome-ignore format: one line
    const writer = spawn("sh", ["-c", "cat 1.png > pipe.png"], { cwd: folder });
    const read = await runCli(folder, ["infer", "pipe.png", "--json"]);
    writer.kill();
    assert.is(JSON.parse(read.stdout)[0].predicted_class, 1, read.stderr);
  });
}

test("a checkpoint that is missing, cut, of another form or another network ends with 3", async () => {
  const infer = (...more: string[]): string[] => ["infer", "0.png", ...more];
  await expectFailure(folder, infer("--checkpoint", "none.safetensors"), 3, /none\.safetensors cannot be read/);
  await expectFailure(folder, infer("--checkpoint", "cut.safetensors"), 3, /cut\.safetensors/);
  await expectFailure(folder, infer("--checkpoint", "text.safetensors"), 3, /text\.safetensors/);
  writeFileSync(join(folder, "linear.safetensors"), linear);
  const other = infer("--checkpoint", "linear.safetensors", "--model", "cnn");
  await expectFailure(folder, other, 3, /linear\.safetensors lacks conv1\.weight/);
  await expectFailure(folder, infer("--run", "latest"), 3, /no such run .* Train one first: mnist train\./);
});

test("--checkpoint alone is enough to know the network", async () => {
  const { code, stdout } = await runCli(folder, ["infer", "0.png", "--checkpoint", "linear.safetensors"]);
  assert.is(code, 0);
  assert.match(stdout, /^linear from linear\.safetensors/);
});

test("flags that exclude or need each other end with 2", async () => {
  await expectFailure(
    folder,
    ["infer", "0.png", "--run", "../x"],
    2,
    /--run \.\.\/x: a run is "latest" or a run's id; got \.\.\/x\. For a file use --checkpoint\./,
  );
  await expectFailure(folder, ["infer", "0.png", "--run", "x", "--checkpoint", "y"], 2, /exclude each other/);
  await expectFailure(folder, ["infer", "0.png", "--out", "x"], 2, /--out says where --visualize writes/);
});

test.run();
