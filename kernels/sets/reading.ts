// What the web app's reader needs: the forward kernels of the networks in models/, what prepares images, weights and
// answers, and what tells how the host rounds. A fourth of all of them, so that the page reads sooner.

export { fold_batch_norm2d_f32 } from "../fold_batch_norm2d";
export { multiply_add_f32 } from "../multiply_add";
export { normalize_u8 } from "../normalize";
export { random_uniform_f32 } from "../random";
export { softmax_f32 } from "../softmax";
export { transpose_f32 } from "../transpose";
export * from "./inference";
