// The networks, how they are trained, and how they read: what `simdgrad/models` exports.

export { type Answer, type AnswerFields, blankAnswer, type ReadAnswer, writeAnswer } from "./answer.ts";
export { type Calibration, calibrate } from "./calibrate.ts";
export {
  type CheckpointMetadata,
  readCheckpointMetadata,
  writeCheckpointMetadata,
} from "./checkpoint_metadata.ts";
export { chooseDigits, digitsOf, type LocatedAnswer } from "./choose_digits.ts";
export { chooseReading, type JudgedReading, type Judgement, mostProbable, readingsOf } from "./choose_reading.ts";
export { Classifier, type ClassifierOptions, type DigitInput } from "./classifier.ts";
export { cnn } from "./cnn.ts";
export { type Comparison, type Contestant, errorsOf, writeComparison } from "./comparison.ts";
export { DEFAULT_MODEL } from "./default_model.ts";
export { type DigitLikeness, readDigitLikeness } from "./digit_likeness.ts";
export { type Disagreement, disagreementOf } from "./disagreement.ts";
export { type EvaluationRecord, writeEvaluation } from "./evaluation_record.ts";
export {
  Experiment,
  type ExperimentData,
  type ExperimentEvent,
  type ExperimentOptions,
  type ExperimentSpec,
  makeOptimizer,
  makeSchedule,
  type Outcome,
  type TestResult,
} from "./experiment.ts";
export { linear } from "./linear.ts";
export { measureSpeed, SPEED_BATCH, type Speed, type SpeedOptions } from "./measure_speed.ts";
export { describeMeasuredOn, isMnistTest, type MeasuredOn } from "./measured_on.ts";
export type { Network } from "./network.ts";
export { RecipeError, recipeFor, type Setting } from "./presets.ts";
export {
  DECAYS,
  isStill,
  KEEPS,
  OPTIMIZERS,
  PRESETS,
  type Preset,
  type PresetSettings,
  type Recipe,
  type RecipeChoices,
  SCHEDULES,
  SPLITS,
  STILL,
} from "./recipe.ts";
export { isModelName, MODEL_NAMES, type ModelName, NETWORKS, networkOf } from "./table.ts";
export {
  type DoneEvent,
  type EpochEvent,
  type FailedEvent,
  type InterruptedEvent,
  readTrainEvent,
  type StartEvent,
  type TrainEvent,
  writeTrainEvent,
} from "./train_event.ts";
export { type TrainedNetwork, trainedMetadata } from "./trained_metadata.ts";
export { isTrainedOnPart, readTrainedOn, type TrainedOn } from "./trained_on.ts";
