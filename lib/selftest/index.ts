// simdgrad/selftest: the library checked against plain f64 references, wherever it runs.

export type { CheckResult, Deviation } from "./check.ts";
export { type SelfTestOptions, type SelfTestReport, selfTest } from "./self_test.ts";
