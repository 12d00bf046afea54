// The page's address: what is written is read again, and what anybody may write there does no harm.

import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  RULES,
  readFragment,
  readSettings,
  type Settings,
  whole,
  withSettings,
  writeFragment,
} from "../../web/app/fragment.ts";

const test = suite("the fragment");

const SECTIONS = ["draw", "train"] as const;
const FIRST: Settings = { brush: 3, lead: "cnn", pressure: true, fingers: false };

interface Read {
  section: string;
  settings: Settings;
}

function read(fragment: string): Read {
  const { section, parameters } = readFragment(fragment, SECTIONS);
  return { section, settings: readSettings(RULES, parameters) };
}

function write({ section, settings }: Read): string {
  return writeFragment({ section, parameters: withSettings(RULES, {}, settings) });
}

test("an empty one is the first section with the first settings", () => {
  for (const empty of ["", "#", "#draw", "draw?"]) assert.equal(read(empty), { section: "draw", settings: FIRST });
  assert.is(write({ section: "draw", settings: FIRST }), "#draw");
});

test("what is not as it was at first is written, and read again", () => {
  const place = { section: "train", settings: { brush: 5, lead: "linear", pressure: false, fingers: true } };
  assert.is(write(place), "#train?brush=5&lead=linear&pressure=no&fingers=yes");
  fc.assert(
    fc.property(
      fc.constantFrom(...SECTIONS),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom("cnn", "linear", "mlp"),
      fc.boolean(),
      fc.boolean(),
      (section, brush, lead, pressure, fingers) => {
        const place = { section, settings: { brush, lead, pressure, fingers } };
        assert.equal(read(write(place)), place);
      },
    ),
  );
});

test("a section's settings outlast a change of the others, whether or not its rules are loaded", () => {
  const own = { depth: whole(1, 9, 2) };
  const { parameters } = readFragment("#draw?depth=7&brush=1", SECTIONS);
  const changed = withSettings(RULES, parameters, { ...FIRST, brush: 4 });
  assert.is(writeFragment({ section: "draw", parameters: changed }), "#draw?depth=7&brush=4");
  assert.equal(readSettings(own, changed), { depth: 7 });
  assert.equal(withSettings(own, changed, { depth: 2 }), { brush: "4" });
});

test("a brush that is too thin or too thick is the thinnest or the thickest", () => {
  const brushOf = (text: string): number => read(`#draw?brush=${text}`).settings.brush;
  assert.equal(["0", "-7", "1", "5", "6", "999999999999999999999"].map(brushOf), [1, 1, 1, 5, 5, 5]);
});

test("what cannot be meant is as if it were not there", () => {
  const brushes = ["", "x", "3.5", "NaN", "Infinity", "1e9", "%"].map((text) => `#draw?brush=${text}`);
  const others = ["lead=__proto__", "lead=<b>", `lead=${"a".repeat(99)}`, "pressure=maybe", "pressure=toString"];
  for (const fragment of [
    ...brushes,
    ...others.map((each) => `#draw?${each}`),
    "#nowhere",
    "#__proto__",
    "#?",
    "#?brush",
    "#?__proto__=5",
  ])
    assert.equal(read(fragment), { section: "draw", settings: FIRST }, fragment);
});

test("whatever stands there is read", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const { section, settings } = read(text);
      assert.ok((SECTIONS as readonly string[]).includes(section) && Number.isInteger(settings.brush));
      assert.ok(settings.brush >= 1 && settings.brush <= 5 && /^[a-z]\w*$/.test(settings.lead));
    }),
  );
});

test.run();
