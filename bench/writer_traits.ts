// What of a writer shows in each digit that they write, and how alike in it digits are at a distance in the file.

/** Of each image: how much it slants, in columns per row, and how much ink it has, from 0 to 1. */
export function traitsOf(
  pixels: Uint8Array,
  width: number,
  height: number,
): { slant: Float64Array; ink: Float64Array } {
  const size = width * height;
  const count = pixels.length / size;
  const slant = new Float64Array(count);
  const ink = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const picture = pixels.subarray(i * size, (i + 1) * size);
    let [sum, sumX, sumY, sumXY, sumYY] = [0, 0, 0, 0, 0];
    picture.forEach((value, at) => {
      const x = at % width;
      const y = (at - x) / width;
      sum += value;
      sumX += value * x;
      sumY += value * y;
      sumXY += value * x * y;
      sumYY += value * y * y;
    });
    const variance = sumYY * sum - sumY * sumY;
    slant[i] = variance > 0 ? (sumXY * sum - sumX * sumY) / variance : 0;
    ink[i] = sum / (255 * size);
  }
  return { slant, ink };
}

/** The values in standard deviations from their class's mean, so that nothing is left of which digit it is. */
export function standardised(values: Float64Array, labels: Uint8Array): Float64Array {
  const result = Float64Array.from(values);
  for (const label of new Set(labels)) {
    const rows = [...labels.keys()].filter((i) => labels[i] === label);
    const mean = rows.reduce((sum, i) => sum + values[i], 0) / rows.length;
    const deviation = Math.sqrt(rows.reduce((sum, i) => sum + (values[i] - mean) ** 2, 0) / rows.length);
    for (const i of rows) result[i] = deviation > 0 ? (values[i] - mean) / deviation : 0;
  }
  return result;
}

/** The correlation, from −1 to 1, of standardised values with those `apart` places on. */
export function correlation(values: Float64Array, apart: number): number {
  let sum = 0;
  for (let i = 0; i + apart < values.length; i++) sum += values[i] * values[i + apart];
  return sum / (values.length - apart);
}
