// What the self-test's worker says to the page.

import type { CheckResult } from "../../lib/selftest/index.ts";

export interface SelfTestEnd {
  readonly passed: boolean;
  readonly checks: number;
  readonly seconds: number;
  /** The kernels that were checked. */
  readonly variant: string;
  readonly threads: number;
  readonly singleThreadBecause: string | null;
}

export type FromSelfTest =
  | { readonly kind: "check"; readonly check: CheckResult }
  | ({ readonly kind: "end" } & SelfTestEnd)
  | { readonly kind: "failed"; readonly problem: string };
