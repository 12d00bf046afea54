// What a run writes to its folder while it goes on, and when it ends, well or not.

import { saveCheckpoint } from "../../data/index.node.ts";
import type {
  EpochReport,
  Evaluation,
  History,
  Sequential,
  StepReport,
  Tensor,
  TrainingState,
} from "../../lib/index.ts";
import { countParameters, weightsDigest } from "../../lib/index.ts";
import { InterruptedError } from "../terminal/exit_codes.ts";
import { messageOf } from "../terminal/report_error.ts";
import { resumeCommand } from "./resume_command.ts";
import { createRunFolder, type RunFolder, removeRunFolder, removeRunState, writeRunFile } from "./run_folder.ts";
import { RunLog } from "./run_log.ts";
import { RunPictures } from "./run_pictures.ts";
import { saveRunState } from "./run_state.ts";
import type { TrainJob } from "./train_job.ts";
import { checkpointMetadata, runRecord } from "./train_record.ts";

export interface Result {
  test_accuracy: number;
  test_loss: number;
  parameters: number;
  seconds: number;
  checkpoint: string;
  weights_sha256: string;
}

export class RunKeeper {
  readonly folder: RunFolder;
  private readonly log: RunLog;
  private readonly pictures: RunPictures;
  private hasState: boolean;
  private lastStep: number;

  /** @throws the folder cannot be made or written */
  constructor(
    private readonly job: TrainJob,
    private readonly model: Sequential,
    readonly stepsPerEpoch: number,
  ) {
    const { resume, plan, circumstances } = job;
    this.folder = resume?.folder ?? createRunFolder(circumstances.out, plan.model, new Date(plan.started));
    this.hasState = resume !== null;
    this.lastStep = resume ? this.stepOfRun(resume.state.progress) : 0;
    try {
      this.log = new RunLog(this.folder.path, plan.started, resume?.logSizes ?? null);
    } catch (error) {
      this.abandon();
      throw error;
    }
    this.pictures = new RunPictures(this.folder, job);
  }

  /** The pictures that were written, by name. */
  get drawn(): string[] {
    return this.pictures.written;
  }

  /** Before the first step: the run is under way. */
  begin(history: History): void {
    this.record("running", history);
  }

  step(report: StepReport): void {
    this.lastStep = this.stepOfRun(report);
    this.log.step(report);
  }

  /**
   * The model holds the weights of this epoch; kept, unless a later one takes its place. What run.json counts is there by
   * then; the state comes after it, so a run that is killed in between goes through this epoch again.
   */
  epoch(report: EpochReport, history: History): void {
    const isKept = history.kept === report;
    if (isKept) saveCheckpoint(this.folder.checkpoint, this.model, checkpointMetadata(this.job, report, null));
    this.log.epoch(report, this.lastStep);
    this.record("running", history);
  }

  /** What the run went through so far, as a picture. */
  draw(history: History): void {
    this.pictures.curves(history, () => this.log.steps(this.stepsPerEpoch));
  }

  /** The lines first, then the state that counts on them. */
  state(state: TrainingState): void {
    const { plan, data, circumstances } = this.job;
    this.log.flush();
    const { name, size, digest } = data.test;
    saveRunState(this.folder.path, state, {
      ...{ plan, maxSeconds: circumstances.maxSeconds ?? null, testSet: { name, size, digest } },
      logSizes: this.log.sizes,
    });
    this.hasState = true;
  }

  /**
   * The model holds the weights that were tested. First what can be made again from the state, then word that the run
   * is done, and the state goes last: killed in between, a run can be gone on with, or lacks nothing.
   */
  finish(history: History, test: Evaluation, logits: Tensor<"f32">, seconds: number): Result {
    const { folder, model, job } = this;
    this.log.flush();
    saveCheckpoint(folder.checkpoint, model, checkpointMetadata(job, history.kept, test));
    this.draw(history);
    this.pictures.reading(job.data.test, test, logits);
    const result = {
      test_accuracy: test.accuracy,
      test_loss: test.loss,
      parameters: countParameters(model),
      seconds,
      checkpoint: folder.checkpoint,
      weights_sha256: weightsDigest(model),
    };
    const { stopped } = history;
    this.record(stopped === null ? "done" : `stopped early: ${stopped.why}`, history, result);
    if (stopped?.by !== "maxSeconds") removeRunState(folder);
    return result;
  }

  /** The checkpoint of an epoch that has ended is there. @returns the line to end with */
  interrupt(history: History): {
    error: InterruptedError;
    checkpoint: string | null;
    resume: string | null;
  } {
    const { folder, hasState, job } = this;
    const { kept } = history;
    if (!hasState) {
      removeRunFolder(folder);
      const error = new InterruptedError("Interrupted before the first step; nothing is kept.");
      return { error, checkpoint: null, resume: null };
    }
    const checkpoint = kept && folder.checkpoint;
    this.record("interrupted", history);
    const resume = resumeCommand(folder.id, job.circumstances.out);
    const what = kept ? `the weights of epoch ${kept.epoch} are kept in ${checkpoint}` : "no epoch has ended yet";
    return { error: new InterruptedError(`Interrupted; ${what}. Go on with: ${resume}`), checkpoint, resume };
  }

  /** The disk may be what failed: then the error that is on its way says so. */
  fail(history: History, error: unknown): void {
    try {
      this.record("failed", history, { error: messageOf(error) });
    } catch {
      // The first error counts.
    }
  }

  /** Nothing was trained: takes a new run's folder away again. */
  abandon(): void {
    if (!this.hasState) removeRunFolder(this.folder);
  }

  close(): void {
    this.log.close();
  }

  private record(status: string, history: History, more: object = {}): void {
    writeRunFile(this.folder, { status, ...runRecord(this.job, this.model), ...more, history });
  }

  private stepOfRun({ epoch, step }: { epoch: number; step: number }): number {
    return (epoch - 1) * this.stepsPerEpoch + step;
  }
}
