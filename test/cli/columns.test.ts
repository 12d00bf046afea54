import { suite } from "uvu";
import * as assert from "uvu/assert";
import { columnTable } from "../../cli/terminal/columns.ts";
import { outputTo } from "../../cli/terminal/terminal.ts";

const test = suite("columns");

const pipe = outputTo(() => ({ isTTY: false, columns: 80, write: () => true }));

test("a table of 200,000 rows takes a moment, as long registries and folders of many runs have them", () => {
  const cells = Array.from({ length: 200_000 }, (_, i) => String(i));
  const begun = performance.now();
  const lines = columnTable(
    [
      { title: "version", cells, isRight: true },
      { title: "run", cells },
    ],
    pipe,
  );
  assert.is(lines.length, 200_001);
  assert.is(lines[1], "      0  0");
  assert.is(lines[200_000], " 199999  199999");
  assert.ok(performance.now() - begun < 10_000, `${performance.now() - begun} ms`);
});

test.run();
