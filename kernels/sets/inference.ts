// What a model exported to a single file needs: the forward kernels of the networks in models/, compiled
// by themselves, with plain SIMD and memory that is not shared. Used by cli/export/runtime/.

export { conv1_block_f32 } from "../conv1_block";
export { gemm_f32 } from "../gemm";
export { relu_f32 } from "../relu";
export { winograd_filter_f32 } from "../winograd_filter";
export {
  winograd_relu_max_pool2d_f32,
  winograd_relu_mean_f32,
} from "../winograd_relu_pool";
