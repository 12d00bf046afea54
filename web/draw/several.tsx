// Several: all digits of a picture that holds more than one, in reading order, and boxes around them on the sheet. Loaded when there
// is such a picture.

import { readingLines } from "../../data/index.ts";
import { percent } from "../../models/export/page/percent.ts";
import { allDigits } from "../read/reader.ts";
import { leadingDigits } from "./leading.ts";
import "./several.css";

export function Several() {
  const digits = leadingDigits.value ?? [];
  return (
    <section class="several" aria-label="All digits">
      <h2>{digits.length} digits, in reading order</h2>
      {readingLines(digits).map((line, i) => (
        <ol key={`${i} ${line.length}`}>
          {line.map(({ digit, confidence, isDigit, box }) => (
            <li key={`${box.left} ${box.top}`} class={isDigit === false ? "no-digit" : ""}>
              <b>{digit}</b>
              <span>{isDigit === false ? "no digit?" : percent(confidence)}</span>
            </li>
          ))}
        </ol>
      ))}
    </section>
  );
}

/** Drawn as the picture is: as large as it fits. */
export function Boxes() {
  const digits = leadingDigits.value;
  if (!digits || !allDigits.value) return null;
  const { width, height } = allDigits.value;
  const margin = Math.max(width, height) / 100;
  const rects = digits.map(({ box }) => ({
    ...{ x: box.left - margin, y: box.top - margin, rx: margin },
    ...{ width: box.width + 2 * margin, height: box.height + 2 * margin },
  }));
  return (
    <svg class="boxes" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {["halo", "line"].map((kind) =>
        rects.map((rect) => <rect key={`${kind} ${rect.x} ${rect.y}`} class={kind} {...rect} />),
      )}
    </svg>
  );
}
