// RunWriter: what a run leaves in its folder while it trains, and when it ends, well or not.

import process from "node:process";
import { writeFileAtomic } from "../../data/index.node.ts";
import { thisProcess } from "../../lib/base/run_process.node.ts";
import { reasonOf } from "../../lib/base/system_error.ts";
import { countParameters, type EpochReport, encodeCheckpoint, type History, runtimeInfo } from "../../lib/index.ts";
import {
  type Experiment,
  type ExperimentEvent,
  type Outcome,
  trainedMetadata,
  writeCheckpointMetadata,
} from "../../models/index.ts";
import type { ResumableRun } from "./resume_run.ts";
import { datasetRecord, type RunData } from "./run_data.ts";
import {
  createRunFolder,
  type RunFolder,
  removeRunFolder,
  removeRunState,
  runBytes,
  writeRunFile,
} from "./run_folder.ts";
import { RunLog } from "./run_log.ts";
import { RunPictures } from "./run_pictures.ts";
import { type RunRecord, UNTESTED } from "./run_record.ts";
import type { RunOptions, RunSpec } from "./run_spec.ts";
import { saveRunState } from "./run_state.ts";

export interface RunWriterOptions extends Pick<RunOptions, "maxSeconds" | "outputs"> {
  data: RunData;
  /** The run that is resumed; null for a new one. */
  resume: ResumableRun | null;
  /** Told once, of the first picture that could not be drawn or written, and why. The run is kept without it. */
  onMissingPicture(name: string, reason: string): void;
  /** Told once, of the first line in the log of a resumed run that is of no use. The curves are drawn without it. */
  onDamagedLog(problem: string): void;
}

export class RunWriter {
  readonly folder: RunFolder;
  private readonly log: RunLog;
  private readonly pictures: RunPictures;
  private hasState: boolean;
  private hasEnded = false;
  private lastStep: number;

  /**
   * Makes the folder of a new run, or opens that of one that is resumed.
   *
   * @throws the folder cannot be made or written
   */
  constructor(
    readonly spec: RunSpec,
    readonly experiment: Experiment,
    private readonly options: RunWriterOptions,
  ) {
    const { resume, outputs, onMissingPicture, onDamagedLog } = options;
    const sizeBytes = runBytes(countParameters(experiment.model));
    this.folder = resume?.folder ?? createRunFolder(outputs, spec.model, new Date(spec.started), sizeBytes);
    this.hasState = resume !== null;
    this.lastStep = resume ? this.stepOfRun(resume.state.progress) : 0;
    try {
      const length = { epochs: spec.recipe.epochs, stepsPerEpoch: experiment.stepsPerEpoch };
      this.log = new RunLog(this.folder.path, spec.started, length, resume?.logSizes ?? null);
    } catch (error) {
      this.abandon();
      throw error;
    }
    this.pictures = new RunPictures(this.folder, spec, onMissingPicture);
    if (this.log.damage !== null) onDamagedLog(this.log.damage);
  }

  /** The images that it learns from, and is tested on. */
  get data(): RunData {
    return this.options.data;
  }

  /** How far the run was when it was resumed; null for a new one. */
  get resumedAt(): { epoch: number; step: number } | null {
    const { resume } = this.options;
    return resume && { epoch: resume.state.progress.epoch, step: resume.state.progress.step };
  }

  /** The pictures that were written, by name. */
  get drawn(): string[] {
    return this.pictures.written;
  }

  /** Whether the run can be resumed from what is kept so far. */
  get isResumable(): boolean {
    return this.hasState;
  }

  /**
   * Writes down what happened. A run that has ended stays so, whatever goes wrong with telling others of it.
   *
   * @throws something that counts cannot be written. How a run failed is kept where it can be: the disk may be what failed
   */
  write(event: ExperimentEvent): void {
    if (this.hasEnded) return;
    switch (event.kind) {
      case "start":
        this.record("running", event.history);
        break;
      case "step":
        this.lastStep = this.stepOfRun(event.report);
        this.log.step(event.report);
        break;
      case "epoch":
        this.epoch(event.report, event.history);
        break;
      case "state":
        this.state(event.state);
        break;
      case "end":
        this.end(event.outcome);
        break;
      case "interrupted":
        this.interrupted(event.history);
        break;
      case "failed":
        this.failed(event.history, event.error);
        break;
    }
  }

  /** Nothing was trained: takes a new run's folder away again. */
  abandon(): void {
    if (!this.hasState) removeRunFolder(this.folder);
  }

  close(): void {
    this.log.close();
  }

  /**
   * The model holds the weights of this epoch; kept, unless a later one takes its place. What run.json counts is written by
   * then; the state comes after it, so a run that is killed in between goes through this epoch again.
   */
  private epoch(report: EpochReport, history: History): void {
    if (history.kept === report) this.saveCheckpoint(this.metadata(report, null, null));
    this.log.epoch(report, this.lastStep);
    this.record("running", history);
    this.draw(history);
  }

  /** The lines first, then the state that counts on them. */
  private state(state: Extract<ExperimentEvent, { kind: "state" }>["state"]): void {
    const { spec, options } = this;
    this.log.flush();
    saveRunState(this.folder.path, state, {
      spec,
      maxSeconds: options.maxSeconds ?? null,
      testSet: datasetRecord(options.data.test),
      logSizes: this.log.sizes,
    });
    this.hasState = true;
  }

  /**
   * The model holds the weights that were tested. First what can be made again from the state, then word that the run
   * is done, and the state goes last: killed in between, a run can be resumed, or lacks nothing.
   */
  private end({ history, test, seconds, weightsSha256, calibration }: Outcome): void {
    const { folder, options } = this;
    this.log.flush();
    this.saveCheckpoint(this.metadata(history.kept, test.evaluation.accuracy, calibration));
    this.draw(history);
    this.pictures.reading(options.data.test, test);
    const { stopped } = history;
    this.record(stopped === null ? "done" : `stopped early: ${stopped.why}`, history, {
      result: {
        testAccuracy: test.evaluation.accuracy,
        testLoss: test.evaluation.loss,
        seconds,
        checkpoint: folder.checkpoint,
        weightsSha256,
      },
    });
    this.hasEnded = true;
    if (stopped?.by !== "maxSeconds") removeRunState(folder);
  }

  /** The checkpoint of an epoch that has ended is kept. */
  private interrupted(history: History): void {
    if (this.hasState) this.record("interrupted", history);
    else removeRunFolder(this.folder);
  }

  private failed(history: History, error: unknown): void {
    try {
      this.record("failed", history, { error: reasonOf(error) });
    } catch {
      // The first error counts.
    }
  }

  private draw(history: History): void {
    this.pictures.curves(history, this.log.steps);
  }

  private record(status: string, history: History, more: Partial<RunRecord> = {}): void {
    const { spec, options, experiment } = this;
    const { version, variant, arithmetic, threads } = runtimeInfo();
    const { source, notice, train, validation, test } = options.data;
    writeRunFile(this.folder, {
      status,
      model: spec.model,
      command: spec.command,
      recipe: spec.recipe,
      patience: spec.patience,
      maxSeconds: options.maxSeconds ?? null,
      seed: spec.seed,
      limit: spec.limit,
      dataset: {
        name: source.dataset,
        trainedOn: source.title,
        notice,
        train: datasetRecord(train),
        validation: datasetRecord(validation),
        test: datasetRecord(test),
      },
      parameters: countParameters(experiment.model),
      versions: { simdgrad: version, node: process.versions.node, kernels: variant, arithmetic, threads },
      platform: `${process.platform}-${process.arch}`,
      runner: thisProcess(),
      started: spec.started,
      resumed: spec.resumed,
      result: UNTESTED,
      error: null,
      history,
      ...more,
    });
  }

  private saveCheckpoint(metadata: Record<string, string>): void {
    const bytes = encodeCheckpoint(this.experiment.model, metadata);
    writeFileAtomic(this.folder.checkpoint, bytes, { followLinks: false });
  }

  /** What the checkpoint says it is, and what it was trained on. */
  private metadata(
    kept: EpochReport | null,
    testAccuracy: number | null,
    calibration: Outcome["calibration"],
  ): Record<string, string> {
    const { spec } = this;
    const { data } = this.options;
    const { dataset, title: trainedOn } = data.source;
    return writeCheckpointMetadata(
      trainedMetadata({ spec, data, dataset, trainedOn, kept, testAccuracy, calibration }),
    );
  }

  private stepOfRun({ epoch, step }: { epoch: number; step: number }): number {
    return (epoch - 1) * this.experiment.stepsPerEpoch + step;
  }
}
