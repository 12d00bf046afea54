// The public API: what is not exported here is internal.

// First, and so in front in a bundle: gzip looks 32 KB back, and further in they would part what repeats.
export {} from "./runtime/embedded_kernels.ts";

// The rest by their paths.

export { backward } from "./autograd/backward.ts";
export { type BackwardContext, defineOp, type ForwardContext, type OpDefinition } from "./autograd/define_op.ts";
export { noGrad } from "./autograd/grad_mode.ts";
export { type GradcheckOptions, gradcheck } from "./autograd/gradcheck.ts";
export {
  AmbiguousError,
  AutogradError,
  CheckpointError,
  DataError,
  DisposedError,
  DTypeError,
  NotFoundError,
  OptionError,
  RuntimeError,
  ShapeError,
  SimdgradError,
  TrainingError,
} from "./base/errors.ts";
export { type Augmentation, type AugmentKey, augmentImages } from "./data/augment.ts";
export { type Batch, Batches, type BatchOptions, type BatchType } from "./data/batches.ts";
export {
  type AnyDataset,
  Dataset,
  type DatasetOptions,
  type InputType,
  type LabelType,
  type SplitOptions,
} from "./data/dataset.ts";
export { type Distortion, distortImages } from "./data/distort.ts";
export { type IdxArray, readIdx } from "./data/idx.ts";
export { type Normalization, normalizeImages } from "./data/normalize.ts";
export type { Picture } from "./data/picture.ts";
export {
  decodeCheckpoint,
  encodeCheckpoint,
  type LoadOptions,
  type LoadStateOptions,
  loadStateDict,
  stateDict,
} from "./formats/checkpoint.ts";
export { encodeOnnx, type OnnxOptions } from "./formats/onnx.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type StoredTensor,
} from "./formats/safetensors.ts";
export { encodeEvent, encodeFileVersion, type ScalarEvent } from "./formats/tensorboard.ts";
export { weightsDigest } from "./formats/weights_digest.ts";
export { AdaptiveAvgPool2d } from "./nn/adaptive_avg_pool2d.ts";
export { AvgPool2d } from "./nn/avg_pool2d.ts";
export { BatchNorm2d, type BatchNorm2dLayerOptions } from "./nn/batch_norm2d.ts";
export { Conv2d, type Conv2dOptions } from "./nn/conv2d.ts";
export { countParameters } from "./nn/count_parameters.ts";
export { Dropout } from "./nn/dropout.ts";
export { Flatten } from "./nn/flatten.ts";
export { GELU } from "./nn/gelu.ts";
export { Linear, type LinearOptions } from "./nn/linear.ts";
export { MaxPool2d } from "./nn/max_pool2d.ts";
export { Module } from "./nn/module.ts";
export { ReLU } from "./nn/relu.ts";
export { Residual } from "./nn/residual.ts";
export { Sequential, type SequentialOptions } from "./nn/sequential.ts";
export { Sigmoid } from "./nn/sigmoid.ts";
export { summary } from "./nn/summary.ts";
export { Tanh } from "./nn/tanh.ts";
export { unregisteredParameters } from "./nn/unregistered_parameters.ts";
export { adaptiveAvgPool2d } from "./ops/adaptive_avg_pool2d.ts";
export { add } from "./ops/add.ts";
export { argmax } from "./ops/argmax.ts";
export { avgPool2d } from "./ops/avg_pool2d.ts";
export { batchNorm2d } from "./ops/batch_norm2d.ts";
export type { BatchNorm2dOptions } from "./ops/batch_norm2d_coefficients.ts";
export { conv2d } from "./ops/conv2d.ts";
export { type CrossEntropyOptions, crossEntropy } from "./ops/cross_entropy.ts";
export { detach } from "./ops/detach.ts";
export { div } from "./ops/div.ts";
export { dropout } from "./ops/dropout.ts";
export { exact } from "./ops/exact.ts";
export { exp } from "./ops/exp.ts";
export { flatten } from "./ops/flatten.ts";
export { gather } from "./ops/gather.ts";
export { type GeluOptions, gelu } from "./ops/gelu.ts";
export { linear } from "./ops/linear.ts";
export { log } from "./ops/log.ts";
export { logSoftmax } from "./ops/log_softmax.ts";
export { matmul } from "./ops/matmul.ts";
export { max } from "./ops/max.ts";
export { maxPool2d } from "./ops/max_pool2d.ts";
export { mean } from "./ops/mean.ts";
export { mul } from "./ops/mul.ts";
export type { Pool2dOptions, Size2d } from "./ops/pool_windows.ts";
export { permutation, rand, randn } from "./ops/random.ts";
export { relu } from "./ops/relu.ts";
export { reshape } from "./ops/reshape.ts";
export { sigmoid } from "./ops/sigmoid.ts";
export { slice } from "./ops/slice.ts";
export { softmax } from "./ops/softmax.ts";
export { sub } from "./ops/sub.ts";
export { sum } from "./ops/sum.ts";
export { tanh } from "./ops/tanh.ts";
export { transpose } from "./ops/transpose.ts";
export { Adam, type AdamOptions, AdamW } from "./optim/adam.ts";
export { clipGradNorm } from "./optim/clip_grad_norm.ts";
export { Ema } from "./optim/ema.ts";
export { Muon, type MuonOptions } from "./optim/muon.ts";
export type { Optimizer } from "./optim/optimizer.ts";
export { constantLr, cosineLr, oneCycleLr, type Schedule, stepLr } from "./optim/schedules.ts";
export { SGD, type SGDOptions } from "./optim/sgd.ts";
export { type RuntimeInfo, runtimeInfo } from "./runtime/info.ts";
export { type KernelSource, type KernelVariant, useKernels } from "./runtime/kernels.ts";
export { memoryUsage } from "./runtime/memory.ts";
export { type RandomKey, STREAMS, streamOf } from "./runtime/rng.ts";
export { supportsVariant } from "./runtime/supports_variant.ts";
export { setThreads } from "./runtime/threads.ts";
export { VERSION } from "./runtime/version.ts";
export type { TensorKind } from "./tensor/check_tensor.ts";
export { empty, full, type NestedNumbers, ones, tensor, zeros } from "./tensor/create.ts";
export { scope } from "./tensor/scope.ts";
export type { Shape } from "./tensor/shape.ts";
export { type DType, Tensor } from "./tensor/tensor.ts";
export {
  type EvaluateAsyncOptions,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  evaluateAsync,
  evaluationOf,
  type TargetEvaluation,
} from "./train/evaluate.ts";
export { evaluateShiftedAsync, type ShiftedOptions } from "./train/evaluate_shifted.ts";
export { type EpochReport, type History, historyOf, type StepReport, type Stopped } from "./train/history.ts";
export type { Loss } from "./train/loss.ts";
export { accuracyOf, type ClassMetrics, type ConfusionMatrix, classMetrics, emptyConfusion } from "./train/metrics.ts";
export { type PredictAsyncOptions, type PredictOptions, predict, predictAsync } from "./train/predict.ts";
export { recalibrate } from "./train/recalibrate.ts";
export {
  type Reliability,
  type ReliabilityBin,
  type ReliabilityOptions,
  reliabilityOf,
} from "./train/reliability.ts";
export { Trainer } from "./train/trainer.ts";
export type { FitOptions, TrainerOptions } from "./train/trainer_options.ts";
export {
  decodeTrainingState,
  encodeTrainingState,
  type TrainingProgress,
  type TrainingState,
} from "./train/training_state.ts";
export type { WeightAverageOptions } from "./train/weight_average.ts";
