// What the self-test's worker and the page say to each other.

import type { CheckResult } from "../../lib/selftest/index.ts";

/** @property kernels the content of a `.wasm` file; @property poolUrl the script of its threads */
export interface ToSelfTest {
  readonly kernels: ArrayBuffer;
  readonly poolUrl: string;
}

export interface SelfTestEnd {
  readonly passed: boolean;
  readonly checks: number;
  readonly seconds: number;
  /** The kernels that were checked. */
  readonly variant: string;
  readonly threads: number;
  readonly singleThreadBecause: string | null;
}

/** After `end`, and after `failed`, it ends itself. */
export type FromSelfTest =
  | { readonly kind: "check"; readonly check: CheckResult }
  | ({ readonly kind: "end" } & SelfTestEnd)
  | { readonly kind: "failed"; readonly problem: string }
  | { readonly kind: "ended" };
