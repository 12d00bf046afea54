// Tests on all of MNIST run where MNIST_DIR is set, and say loudly where it is not. Where its first 10,000 training images or
// its test images are enough, data/mnist-sample has them.

import type { Callback, Context, Test } from "uvu";

/** Registers the test, or one in its place that passes, and says SKIPPED in its output and its title. */
export function testOnMnist<T>(test: Test<T>, title: string, body: Callback<T & Context>): void {
  if (process.env.MNIST_DIR) {
    test(title, body);
    return;
  }
  const notice = `SKIPPED, since MNIST_DIR is not set: ${title}`;
  test(notice, () => console.log(`\n${notice}`));
}
