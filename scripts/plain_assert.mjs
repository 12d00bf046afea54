/** Stands in for Node's assert in the bundled program: the original loads half of Node's streams along with it. */
export function ok(claim, message = "an assertion does not hold") {
  if (!claim) throw new Error(message);
}

export function strictEqual(actual, expected, message) {
  ok(Object.is(actual, expected), message);
}

export function notStrictEqual(actual, expected, message) {
  ok(!Object.is(actual, expected), message);
}
