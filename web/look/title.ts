// title: what a network is called where its name stands by itself.

/** @example title("the linear model") // "Linear model" */
export function title(label: string): string {
  const name = label.replace(/^the /, "");
  return name[0].toUpperCase() + name.slice(1);
}
