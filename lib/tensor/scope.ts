// Memory scopes: what is made inside is given back at the end, but for what is returned or kept.

/** The key of `using`; hosts without it get the one that compiled `using` looks for. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

interface Owned {
  dispose(): void;
}

let current: Set<Owned> | null = null;

/** Tells the innermost scope about a new tensor. */
export function enterScope(tensor: Owned): void {
  current?.add(tensor);
}

/** Takes a tensor out of its scope: only `dispose()`, or the garbage collector, frees it now. */
export function leaveScope(tensor: Owned): void {
  current?.delete(tensor);
}

/**
 * Runs `body` and frees the tensors it made, except those it returns (alone, in an array or as values
 * of an object) and those on which `keep()` was called. Scopes nest: what an inner one returns belongs
 * to the outer one. Nothing needs a scope; it only gives memory back sooner.
 *
 * @throws {TypeError} `body` is async: its tensors would be freed while it still runs
 * @example const best = scope(() => argmax(model.forward(x), -1).toArray());
 */
export function scope<T>(body: () => T): T {
  const outer = current;
  const mine = new Set<Owned>();
  current = mine;
  let result: T | undefined;
  try {
    result = body();
    if (result instanceof Promise) throw new TypeError("scope: the body must not be async.");
    return result;
  } finally {
    current = outer;
    for (const value of returned(result)) {
      if (mine.delete(value as Owned)) outer?.add(value as Owned);
    }
    for (const tensor of mine) tensor.dispose();
  }
}

function returned(result: unknown): unknown[] {
  return typeof result === "object" && result !== null ? [result, ...Object.values(result)] : [];
}
