// A server that answers in the page's place: which may be asked, that its answers are the page's, and how long to wait.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pictureOf, preprocessDigit } from "../../data/index.ts";
import { Classifier, MODEL_NAMES } from "../../models/index.ts";
import { startServer } from "../../serve/index.ts";
import { SAMPLES } from "../../web/draw/sample_strokes.ts";
import { askFor, askForAll, askReady, probabilitiesIn } from "../../web/remote/ask_server.ts";
import { Backoff } from "../../web/remote/backoff.ts";
import { serverUrl } from "../../web/remote/server_url.ts";
import { calibratedModel } from "../support/calibrated_model.ts";
import { fakeRun } from "../support/fake_run.ts";
import { shippedModel } from "../support/shipped_model.ts";
import { IDS, promote } from "../support/versions.ts";

const test = suite("a server in the page's place");

const HTTP = { protocol: "http:" };
const HTTPS = { protocol: "https:" };

test("an address may leave out http, and keeps its path but no slash behind it", () => {
  assert.is(serverUrl(" 127.0.0.1:8000 ", HTTP), "http://127.0.0.1:8000");
  assert.is(serverUrl("https://example.com/digits/?q#f", HTTP), "https://example.com/digits");
});

test("what is no server's address is refused", () => {
  for (const text of ["", "http://", "ftp://example.com", "javascript://x", "https://me:secret@example.com"]) {
    assert.throws(() => serverUrl(text, HTTP));
  }
});

test("a page that came by https asks no server by http, but for this device's own", () => {
  assert.throws(() => serverUrl("http://example.com", HTTPS), /https:\/\/ address/);
  for (const host of ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"]) {
    assert.is(serverUrl(`http://${host}`, HTTPS), `http://${host}`);
  }
  assert.is(serverUrl("https://example.com", HTTPS), "https://example.com");
});

test("it answers as the page does, with both networks, for every sample", async () => {
  const outputs = mkdtempSync(join(tmpdir(), "simdgrad-remote-"));
  const server = await startServer({ port: 0, logLevel: "silent", outputs });
  try {
    await askReady(server.url);
    for (const name of MODEL_NAMES) {
      const classifier = new Classifier(shippedModel(name).network);
      for (const strokes of SAMPLES) {
        const { pixels } = preprocessDigit(pictureOf(strokes));
        const [own, asked] = [classifier.read(pixels), await askFor(server.url, name, pixels)];
        assert.is(asked.digit, own.digit);
        const differences = own.probabilities?.map((each, i) => Math.abs(each - (asked.probabilities?.[i] ?? 1))) ?? [
          1,
        ];
        assert.ok(Math.max(...differences) < 1e-5, `${name}: ${Math.max(...differences)}`);
      }
    }
  } finally {
    await server.close();
    rmSync(outputs, { recursive: true });
  }
});

test("it says what may be no digit, and reads all digits of a picture, as the page would", async () => {
  const outputs = mkdtempSync(join(tmpdir(), "simdgrad-remote-"));
  const calibrated = await calibratedModel("linear");
  fakeRun(outputs, IDS[0], { trained: calibrated });
  await promote(outputs, IDS[0]);
  const server = await startServer({ port: 0, logLevel: "silent", outputs });
  try {
    const classifier = new Classifier(calibrated.network, { likeness: calibrated.likeness });
    const noise = Uint8Array.from({ length: 784 }, (_, i) => ((i * 97 + (i >> 3) * 31) % 2 ? 255 : 0));
    for (const pixels of [preprocessDigit(pictureOf(SAMPLES[3])).pixels, noise]) {
      const { isDigit, reason } = classifier.read(pixels);
      const asked = await askFor(server.url, "linear", pixels);
      assert.equal([asked.isDigit, asked.reason], [isDigit, reason]);
    }
    for (const name of ["linear", "cnn"] as const) assert.is((await askFor(server.url, name, noise)).isDigit, false);
    const file = new Blob([readFileSync("docs/digits/20471.png")]);
    const digits = await askForAll(server.url, "cnn", file);
    assert.is(digits.map(({ digit }) => digit).join(""), "20471");
    assert.ok(digits.every(({ box, isDigit }) => box.width > 5 && isDigit));
    assert.ok((await askForAll(server.url, "linear", file)).every(({ isDigit }) => typeof isDigit === "boolean"));
  } finally {
    await server.close();
    rmSync(outputs, { recursive: true });
  }
});

test("one that is not there is said to be", async () => {
  let message = "";
  await askReady("http://127.0.0.1:9").catch((error: Error) => {
    message = error.message;
  });
  assert.match(message, /does not answer/);
});

test("an answer without ten probabilities is none", () => {
  const data = Array(10).fill(0.1);
  assert.equal(probabilitiesIn({ outputs: [{ data }] }), data);
  for (const answer of [
    null,
    {},
    { outputs: [] },
    { outputs: [{ data: [1] }] },
    { outputs: [{ data: [...data].fill(2) }] },
  ]) {
    assert.is(probabilitiesIn(answer), null);
  }
});

test("the wait doubles up to half a minute", () => {
  const backoff = new Backoff();
  assert.equal(
    Array.from({ length: 7 }, () => backoff.next()),
    [1, 2, 4, 8, 16, 30, 30],
  );
});

test.run();
