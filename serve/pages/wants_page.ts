// wantsPage: whether who asks is a browser that shows what it gets: it names HTML, and likes JSON less.

export function wantsPage(accept: string | undefined): boolean {
  return weightOf(accept, "text/html") > weightOf(accept, "application/json");
}

/** As the header weighs a type that it names; 0 where it does not. */
function weightOf(accept: string | undefined, type: string): number {
  for (const each of (accept ?? "").toLowerCase().split(",")) {
    const [name, ...parameters] = each.split(";").map((word) => word.trim());
    if (name !== type) continue;
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  }
  return 0;
}
