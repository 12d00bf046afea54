// Plain f64 arrays, what the naive references compute with: those of `mnist doctor`, which has such references too.

export { type Array64, array64, map64, maxAbs, uniform64 } from "../../cli/doctor/self_test_array.ts";
