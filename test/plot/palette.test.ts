import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DARK, LIGHT, MAX_TINT, rgbOf } from "../../lib/plot/palette.ts";

const test = suite("palette");

type Rgb = readonly number[];

/** WCAG 2's relative luminance. */
function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const mixed = (top: Rgb, below: Rgb, part: number): Rgb => top.map((c, i) => part * c + (1 - part) * below[i]);

for (const [name, palette] of Object.entries({ light: LIGHT, dark: DARK })) {
  const of = (role: keyof typeof LIGHT): Rgb => rgbOf(palette[role]);

  test(`${name}: all text has WCAG's contrast of 4.5 to its paper`, () => {
    for (const role of ["ink", "muted", "blue", "orange"] as const) {
      const ratio = contrast(of(role), of("paper"));
      assert.ok(ratio >= 4.5, `${role}: ${ratio}`);
    }
  });

  test(`${name}: counts have a contrast of 4.5 on the strongest tint`, () => {
    for (const role of ["blue", "orange"] as const) {
      const ratio = contrast(of("ink"), mixed(of(role), of("paper"), MAX_TINT));
      assert.ok(ratio >= 4.5, `${role}: ${ratio}`);
    }
  });

  test(`${name}: blue and orange differ to readers without red or green cones`, () => {
    // What such readers keep is the difference between blue and yellow: that of blue to the mean of red and green.
    const yellowness = ([r, g, b]: Rgb): number => (r + g) / 2 - b;
    const difference = yellowness(of("orange")) - yellowness(of("blue"));
    assert.ok(difference > 128, String(difference));
  });
}

test.run();
