// Makes data/mnist-sample/: MNIST's first 10,000 training images with their labels, and all 10,000 test images.
//
//   MNIST_DIR=FOLDER node scripts/make_sample.mjs
//
// The gzip files have no name and no time in them, so one version of Node makes the same bytes each time. What is in
// them is proven by the digests in data/mnist.ts, whoever compressed it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gunzipSync, gzipSync } from "node:zlib";

/** How many of each file are kept; those for the test are whole. */
const FILES = {
  "train-images-idx3-ubyte": 10_000,
  "train-labels-idx1-ubyte": 10_000,
  "t10k-images-idx3-ubyte": null,
  "t10k-labels-idx1-ubyte": null,
};
const TARGET = "data/mnist-sample";
/** Of gzip's header: which system wrote it, 255 for unknown. */
const SYSTEM_BYTE = 9;

const source = process.env.MNIST_DIR;
if (!source) fail("set MNIST_DIR to the folder with MNIST's four files");
mkdirSync(TARGET, { recursive: true });
for (const [name, count] of Object.entries(FILES)) {
  const content = count === null ? readIdxFile(name) : firstOf(readIdxFile(name), count);
  const packed = gzipSync(content, { level: 9 });
  packed[SYSTEM_BYTE] = 255;
  writeFileSync(join(TARGET, `${name}.gz`), packed);
  const sha256 = createHash("sha256").update(content).digest("hex");
  console.log(`${name}.gz: ${packed.length} bytes; content ${content.length} bytes, sha256 ${sha256}`);
}

function readIdxFile(name) {
  const [packed, plain] = [join(source, `${name}.gz`), join(source, name)];
  if (existsSync(packed)) return gunzipSync(readFileSync(packed));
  if (existsSync(plain)) return readFileSync(plain);
  return fail(`${source} holds neither ${name}.gz nor ${name}`);
}

/** An IDX file of the first `count` elements of another. */
function firstOf(file, count) {
  const rank = file[3];
  const headerBytes = 4 + 4 * rank;
  const rowBytes = (file.length - headerBytes) / file.readUInt32BE(4);
  const result = Buffer.from(file.subarray(0, headerBytes + count * rowBytes));
  result.writeUInt32BE(count, 4);
  return result;
}

function fail(why) {
  console.error(`make_sample: ${why}.`);
  process.exit(1);
}
