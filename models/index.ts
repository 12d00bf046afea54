// The networks: what `simdgrad/models` exports.

export { cnn } from "./cnn.ts";
export { linear } from "./linear.ts";
