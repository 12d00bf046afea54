import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatDigits, formatQuantity } from "../../lib/plot/quantity.ts";

const test = suite("quantity");

test("seconds and bytes get a unit of fitting size", () => {
  assert.equal(
    [0, 4.1e-6, 0.00134, 0.25, 9.3, 59, 90, 1312, 7200, 3e-12].map((s) => formatQuantity(s, "s")),
    ["0 s", "4.10 µs", "1.34 ms", "250 ms", "9.30 s", "59 s", "1.50 min", "21.9 min", "2 h", "0.00300 ns"],
  );
  assert.equal(
    [0, 12, 31640, 411234, 2.5e9].map((bytes) => formatQuantity(bytes, "B")),
    ["0 B", "12 B", "31.6 kB", "411 kB", "2.50 GB"],
  );
});

test("whole numbers are written in full, others with three digits, per cents to hundredths", () => {
  assert.equal(
    [102026, 7, 1234.5, 0.12345, 1e21].map((n) => formatQuantity(n, "")),
    ["102,026", "7", "1,235", "0.123", "1e+21"],
  );
  assert.equal(
    [0.58, 100, 0, 0.00123].map((n) => formatQuantity(n, "%")),
    ["0.58 %", "100.00 %", "0 %", "0.00123 %"],
  );
  assert.is(formatQuantity(3, "images"), "3 images");
  assert.is(formatQuantity(Number.NaN, "s"), "–");
});

test("what rounds to the next unit is written in it", () => {
  assert.is(formatQuantity(0.9999, "s"), "1.00 s");
  assert.is(formatQuantity(999_999, "B"), "1.00 MB");
  assert.is(formatQuantity(59.96, "s"), "1.00 min");
  assert.is(formatQuantity(59.94, "s"), "59.9 s");
});

test("far from 1 a number is written with its power of ten", () => {
  assert.equal(
    [0, 0.0312, 0.0005, 2.3, 123456.4, 1.6e7, 999.9, -1234.5].map((n) => formatDigits(n, 3)),
    ["0", "0.0312", "5.00e-4", "2.30", "123456", "1.60e7", "1000", "-1235"],
  );
});

test.run();
