// Images that wait: order, batches, limits, deadlines, clients that leave.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Problem } from "../../../serve/http/problem.ts";
import { ImageQueue, type ImageQueueOptions } from "../../../serve/inference/image_queue.ts";

const test = suite("ImageQueue");
const PIXELS = 784;

/** Gives, as ten equal logits, the first pixel of each image plus its own number, and keeps the sizes of its batches. */
function runner(number = 0) {
  const sizes: number[] = [];
  return {
    number,
    sizes,
    run(images: Float32Array) {
      const count = images.length / PIXELS;
      sizes.push(count);
      const logits = Float32Array.from({ length: count * 10 }, (_, i) => images[Math.floor(i / 10) * PIXELS] + number);
      return { logits, probabilities: logits.map((value) => -value) };
    },
  };
}
type Runner = ReturnType<typeof runner>;

function images(...firsts: number[]): Float32Array {
  const all = new Float32Array(firsts.length * PIXELS);
  firsts.forEach((first, i) => {
    all[i * PIXELS] = first;
  });
  return all;
}

function queueOf(options: Partial<ImageQueueOptions<Runner>> = {}): ImageQueue<Runner> {
  return new ImageQueue<Runner>({ maxImages: 100, ...options });
}

const never = new AbortController().signal;
const job = (to: Runner, ...firsts: number[]) => ({
  runner: to,
  images: images(...firsts),
  signal: never,
  deadlineMs: Number.POSITIVE_INFINITY,
});

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => assert.unreachable("it was answered"),
    (reason: unknown) => reason,
  );
  assert.instance(error, Problem);
  return error as Problem;
}

test("what waits together runs together, and each job gets its own rows", async () => {
  const network = runner();
  const queue = queueOf();
  const outputs = await Promise.all([queue.submit(job(network, 1)), queue.submit(job(network, 2, 3))]);
  assert.equal(network.sizes, [3]);
  assert.equal(
    outputs.map(({ logits }) => [...logits]),
    [Array(10).fill(1), [...Array(10).fill(2), ...Array(10).fill(3)]],
  );
  assert.equal([...outputs[1].probabilities], [...Array(10).fill(-2), ...Array(10).fill(-3)]);
  assert.is(queue.length, 0);
});

test("a batch has at most 32 images; a job with more goes through in several, in order", async () => {
  const network = runner();
  const firsts = Array.from({ length: 70 }, (_, i) => i);
  const { logits } = await queueOf().submit(job(network, ...firsts));
  assert.equal(network.sizes, [32, 32, 6]);
  assert.equal(
    firsts.map((i) => logits[i * 10]),
    firsts,
  );
});

test("a batch holds images of one model, that of the first in the queue", async () => {
  const [a, b] = [runner(100), runner(200)];
  const queue = queueOf();
  const order: string[] = [];
  const submit = (name: string, to: Runner) => queue.submit(job(to, 1)).then(({ logits }) => order.push(`${name}${logits[0]}`)); // biome-ignore format: one line
  await Promise.all([submit("x", a), submit("y", b), submit("z", a)]);
  assert.equal([a.sizes, b.sizes], [[2], [1]]);
  assert.equal(order, ["x101", "z101", "y201"]);
});

test("the event loop turns between two batches", async () => {
  const network = runner();
  let turns = 0;
  const count = (): void => {
    turns++;
    if (network.sizes.length < 3) setImmediate(count);
  };
  setImmediate(count);
  await queueOf().submit(job(network, ...Array(70).fill(0)));
  assert.ok(turns >= 3, String(turns));
});

test("beyond its limit, which counts images, a job is refused with the time after which to try again", async () => {
  const queue = queueOf({ maxImages: 3 });
  const network = runner();
  const first = queue.submit(job(network, 1, 2));
  assert.is(queue.length, 2);
  assert.throws(
    () => queue.checkRoom(2),
    (error: Problem) =>
      error.status === 503 && error.reason === "queue_full" && Number(error.headers["retry-after"]) >= 1,
  );
  assert.throws(
    () => queue.checkRoom(4),
    (error: Problem) => error.status === 413,
  );
  await first;
  queue.checkRoom(3);
});

test("what its client left is not run", async () => {
  const controller = new AbortController();
  const network = runner();
  const queue = queueOf();
  const left = queue.submit({ ...job(network, 1), signal: controller.signal });
  const other = queue.submit(job(network, 2));
  controller.abort();
  assert.is((await problemOf(left)).reason, "cancelled");
  assert.is((await other).logits[0], 2);
  assert.equal(network.sizes, [1]);
  assert.is(queue.length, 0);
  assert.is((await problemOf(queue.submit({ ...job(network, 1), signal: controller.signal }))).reason, "cancelled");
});

test("what is past its deadline is not run", async () => {
  let now = 1000;
  const network = runner();
  const queue = queueOf({ clock: () => now });
  const late = queue.submit({ ...job(network, 1), deadlineMs: 1500 });
  const other = queue.submit(job(network, 2));
  now = 1501;
  const problem = await problemOf(late);
  assert.equal([problem.status, problem.reason], [503, "deadline"]);
  await other;
  assert.equal(network.sizes, [1]);
});

test("an error of the network reaches the jobs of its batch alone", async () => {
  const broken = { ...runner(), run: () => assert.unreachable("broken") as never };
  const whole = runner();
  const queue = queueOf();
  const failed = queue.submit(job(broken, 1)).catch((error: Error) => error.message);
  const answered = queue.submit(job(whole, 2));
  assert.is(await failed, "broken");
  assert.is((await answered).logits[0], 2);
  assert.is(queue.length, 0);
});

test("with a delay, an image waits for others, but no longer than that", async () => {
  const network = runner();
  const queue = queueOf({ maxDelayMs: 20 });
  const first = queue.submit(job(network, 1));
  const later = new Promise<void>((resolve) => setTimeout(resolve, 5)).then(() => queue.submit(job(network, 2)));
  await Promise.all([first, later]);
  assert.equal(network.sizes, [2]);
  const { queuedMs } = await queue.submit(job(network, 3));
  assert.ok(queuedMs >= 18, String(queuedMs));
});

test("with a delay, a batch that is full is run at once", async () => {
  const network = runner();
  const queue = queueOf({ maxDelayMs: 5000 });
  const first = queue.submit(job(network, ...Array(20).fill(1)));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { queuedMs } = await Promise.all([first, queue.submit(job(network, ...Array(12).fill(2)))]).then(([a]) => a);
  assert.equal(network.sizes, [32]);
  assert.ok(queuedMs < 2500, String(queuedMs));
});

test("with a delay, a batch is run before the earliest of its deadlines", async () => {
  for (const ms of [1, 60]) {
    const network = runner();
    const queue = queueOf({ maxDelayMs: 5000, clock: () => 1000 });
    const started = performance.now();
    const patient = queue.submit(job(network, 1));
    await Promise.all([patient, queue.submit({ ...job(network, 2), deadlineMs: 1000 + ms })]);
    assert.equal(network.sizes, [2], `${ms} ms`);
    assert.ok(performance.now() - started < 2500, `${ms} ms`);
  }
});

test("with a delay, an image whose client left hurries nobody", async () => {
  const network = runner();
  const queue = queueOf({ maxDelayMs: 60 });
  const client = new AbortController();
  const left = queue.submit({ ...job(network, 1), signal: client.signal, deadlineMs: performance.now() + 20 });
  const other = queue.submit(job(network, 2));
  client.abort();
  assert.is((await problemOf(left)).reason, "cancelled");
  const { queuedMs } = await other;
  assert.ok(queuedMs >= 55, String(queuedMs));
});

test.run();
