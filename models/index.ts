// The networks: what `simdgrad/models` exports.

export { linear } from "./linear.ts";
