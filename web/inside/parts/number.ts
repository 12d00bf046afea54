// Numbers as they are shown: with a true minus sign, and always as many digits.

/** @example decimal(-0.4242, 2) // "−0.42" */
export function decimal(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** With its sign where it is a term of a sum. @example signed(0.4242, 2) // "+0.42" */
export function signed(value: number, digits: number): string {
  const text = decimal(value, digits);
  return text.startsWith("−") ? text : `+${text}`;
}

/** @example count(10000) // "10,000" */
export function count(value: number): string {
  return value.toLocaleString("en");
}
