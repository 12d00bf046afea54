import { suite } from "uvu";
import * as assert from "uvu/assert";
import { PEN_WIDTH, pictureOf, preprocessDigit } from "../../data/index.ts";
import { Classifier } from "../../models/index.ts";
import { brushWidth, THICKEST, THINNEST } from "../../web/draw/brush.ts";
import { SAMPLES } from "../../web/draw/sample_strokes.ts";
import { shippedModel } from "../support/shipped_model.ts";

const test = suite("the brush");

const BRUSHES = Array.from({ length: THICKEST - THINNEST + 1 }, (_, i) => THINNEST + i);

test("each brush is thicker than the one before, and the middle one is the pen of MNIST's digits", () => {
  const widths = BRUSHES.map((brush) => brushWidth(brush, null));
  assert.is(widths.length, 5);
  assert.ok(widths.every((width, i) => i === 0 || width > widths[i - 1]));
  assert.is(widths[2], PEN_WIDTH);
});

test("the harder a pen presses, the thicker the line; half the pressure is the brush's own width", () => {
  for (const brush of BRUSHES) {
    assert.is(brushWidth(brush, 0.5), brushWidth(brush, null));
    assert.ok(brushWidth(brush, 0) > 0 && brushWidth(brush, 0) < brushWidth(brush, 0.3));
    assert.ok(brushWidth(brush, 0.3) < brushWidth(brush, 1));
  }
});

test("every sample is read right, whatever the brush", () => {
  const classifier = new Classifier(shippedModel("cnn").network);
  for (const brush of BRUSHES) {
    const width = brushWidth(brush, null);
    const drawn = SAMPLES.map((strokes) => strokes.map((stroke) => stroke.map((point) => ({ ...point, width }))));
    const answers = classifier.read(drawn.map((strokes) => preprocessDigit(pictureOf(strokes))));
    assert.equal(
      answers.map(({ digit }) => digit),
      SAMPLES.map((_, digit) => digit),
      `brush ${brush}`,
    );
  }
});

test.run();
