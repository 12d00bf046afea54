// Memory scopes: what is made inside is given back at the end, but for what is returned or kept.

import { callSync } from "../base/call_sync.ts";

/** The key of `using`; hosts without it get the one that compiled `using` looks for. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/** What a scope can own: a tensor, or a node of the tape. */
export interface Owned {
  /** @internal The scope that frees it, if any. */
  owner: Scope | null;
  dispose(): void;
  /** @internal Called when no scope will free it any more. */
  escaped(): void;
  /** @internal What must live as long as it: what computed a tensor, and what that was computed from. */
  dependencies(): readonly Owned[];
}

/** @internal A list, since a set would hash what is as short-lived as tensors: a fifth of what an operation takes. */
export interface Scope {
  /** What was made inside, in order. Who left is listed until the list is as long as `limit`. */
  made: Owned[];
  limit: number;
}

const SHORT = 100;

let current: Scope | null = null;

/** @internal Tells the innermost scope about what was just made. */
export function enterScope(made: Owned): void {
  if (current) add(made, current);
  else made.escaped();
}

/** @internal Whether it was made in the innermost scope, or returned to it. */
export function isOfThisScope({ owner }: Owned): boolean {
  return owner !== null && owner === current;
}

/** @internal Takes it out of its scope, whichever that is. */
export function leaveScope(owned: Owned): void {
  owned.owner = null;
}

/** @internal The same with all it depends on: only `dispose()`, or the garbage collector, frees them now. */
export function escapeScopes(owned: Owned): void {
  move(owned, null, null);
}

/**
 * Runs `body` and frees the tensors it made, except those it returns (alone, in an array or as values
 * of an object) and those on which `keep()` was called. What operations saved for `backward()` goes too,
 * unless a tensor that stays was computed by them. Scopes nest: what an inner one returns belongs
 * to the outer one. Nothing needs a scope; it only gives memory back sooner.
 *
 * @throws {OptionError} `body` is no function, or async: its tensors would be freed while it still runs
 * @example const best = scope(() => argmax(model.forward(x), -1).toArray());
 */
export function scope<T>(body: () => T): T {
  const outer = current;
  const mine: Scope = { made: [], limit: SHORT };
  current = mine;
  let result: T | undefined;
  try {
    result = callSync("scope", body);
    return result;
  } finally {
    current = outer;
    if (isOf(result, mine)) move(result, outer, mine);
    else for (const value of valuesOf(result)) if (isOf(value, mine)) move(value, outer, mine);
    for (const owned of mine.made) if (owned.owner === mine) owned.dispose();
  }
}

/**
 * @internal Frees what led to `result`: operations hold references of their own to what backward needs. Where a later one
 * fails, what was made before goes with the scope around it, or is collected.
 */
export function consuming<T>(result: T, ...temporary: (Owned | null)[]): T {
  for (const owned of temporary) owned?.dispose();
  return result;
}

function add(owned: Owned, scope: Scope): void {
  owned.owner = scope;
  if (scope.made.push(owned) < scope.limit) return;
  scope.made = scope.made.filter(({ owner }) => owner === scope);
  scope.limit = 2 * scope.made.length + SHORT;
}

function isOf(value: unknown, scope: Scope): value is Owned {
  return (value as Owned | null | undefined)?.owner === scope;
}

function valuesOf(result: unknown): readonly unknown[] {
  // A typed array holds numbers, however many there are to look through.
  if (typeof result !== "object" || result === null || ArrayBuffer.isView(result)) return [];
  return Array.isArray(result) ? result : Object.values(result);
}

/** Moves what belongs to `from` (null: to any scope), and what that depends on, to another scope, or out of all of them. */
function move(start: Owned, to: Scope | null, from: Scope | null): void {
  const pending = [start];
  for (const owned of pending) {
    if (from ? owned.owner !== from : owned.owner === null) continue;
    leaveScope(owned);
    if (to) add(owned, to);
    else owned.escaped();
    pending.push(...owned.dependencies());
  }
}
