// The page's address: what is written is read again, and what anybody may write there does no harm.

import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readFragment, type Settings, writeFragment } from "../../web/app/fragment.ts";

const test = suite("the fragment");

const SECTIONS = ["draw", "train"] as const;
const FIRST: Settings = { brush: 3, lead: "cnn", pressure: true, fingers: false };

test("an empty one is the first section with the first settings", () => {
  for (const empty of ["", "#", "#draw", "draw?"]) {
    assert.equal(readFragment(empty, SECTIONS), { section: "draw", settings: FIRST });
  }
  assert.is(writeFragment({ section: "draw", settings: FIRST }), "#draw");
});

test("what is not as it was at first is written, and read again", () => {
  const place = { section: "train" as const, settings: { brush: 5, lead: "linear", pressure: false, fingers: true } };
  assert.is(writeFragment(place), "#train?brush=5&lead=linear&pressure=no&fingers=yes");
  fc.assert(
    fc.property(
      fc.constantFrom(...SECTIONS),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom("cnn", "linear", "mlp"),
      fc.boolean(),
      fc.boolean(),
      (section, brush, lead, pressure, fingers) => {
        const place = { section, settings: { brush, lead, pressure, fingers } };
        assert.equal(readFragment(writeFragment(place), SECTIONS), place);
      },
    ),
  );
});

test("a brush that is too thin or too thick is the thinnest or the thickest", () => {
  const brushOf = (text: string): number => readFragment(`#draw?brush=${text}`, SECTIONS).settings.brush;
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
  ])
    assert.equal(readFragment(fragment, SECTIONS), { section: "draw", settings: FIRST }, fragment);
});

test("whatever stands there is read", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const { section, settings } = readFragment(text, SECTIONS);
      assert.ok(SECTIONS.includes(section) && Number.isInteger(settings.brush));
      assert.ok(settings.brush >= 1 && settings.brush <= 5 && /^[a-z]\w*$/.test(settings.lead));
    }),
  );
});

test.run();
