// Every error the library throws on purpose. The message is one line,
// `op: what is wrong; the values; what to do.`, and the data stand in fields for programs to read.

/** An operation's name, and what it has to say. */
const MESSAGE = /^([A-Za-z_$][\w$]*): (.+)$/s;

/**
 * The base of all of them: `catch (e) { if (e instanceof SimdgradError) … }`.
 *
 * @example new ShapeError("relu: x is [2].").op // "relu", and .problem is "x is [2]."
 */
export class SimdgradError extends Error {
  // Spelled out, since bundlers rename classes: programs ask for the name where an error comes from a worker.
  override readonly name: string = "SimdgradError";
  /** The function or class that found it, the message's first word; null where the message names none. */
  readonly op: string | null;
  /** The message without it: what programs show to people who called no function. */
  readonly problem: string;

  constructor(
    message: string,
    /** The values the message is about, by name. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    const [, op = null, problem = message] = MESSAGE.exec(message) ?? [];
    this.op = op;
    this.problem = problem;
  }
}

/** Shapes, ranks or sizes that do not fit together. */
export class ShapeError extends SimdgradError {
  override readonly name: string = "ShapeError";
}
/** A tensor of another dtype than the operation takes. */
export class DTypeError extends SimdgradError {
  override readonly name: string = "DTypeError";
}
/** An option outside its range: a negative rate, a NaN learning rate, an unknown name. */
export class OptionError extends SimdgradError {
  override readonly name: string = "OptionError";
}
/** A tensor used after its memory was given back. */
export class DisposedError extends SimdgradError {
  override readonly name: string = "DisposedError";
}
/** Autograd used in a way that has no meaning: no graph, a graph used twice. */
export class AutogradError extends SimdgradError {
  override readonly name: string = "AutogradError";
}
/** Input data that are missing, truncated, corrupted or of another format. */
export class DataError extends SimdgradError {
  override readonly name: string = "DataError";
}
/** Something was named that there is not: a run, a version, a file. */
export class NotFoundError extends DataError {
  override readonly name: string = "NotFoundError";
}
/** A name that fits several things. */
export class AmbiguousError extends OptionError {
  override readonly name: string = "AmbiguousError";
}
/** A checkpoint that is damaged or does not fit the model. */
export class CheckpointError extends SimdgradError {
  override readonly name: string = "CheckpointError";
}
/** Training that cannot continue: the loss became NaN or infinite. */
export class TrainingError extends SimdgradError {
  override readonly name: string = "TrainingError";
}
/** The host cannot run the kernels or write a file, memory ran out, or two copies of the library met. */
export class RuntimeError extends SimdgradError {
  override readonly name: string = "RuntimeError";
}

/** A shape as messages print it: `[64, 10]`. What only has a tensor's prototype has none. */
export function formatShape(shape?: readonly number[]): string {
  return `[${shape?.join(", ")}]`;
}

/** What an error says, on one line: the library's without its function. */
export function problemOf(error: unknown): string {
  const text =
    error instanceof SimdgradError ? error.problem : ((error as Error | undefined)?.message ?? String(error));
  return text.replace(/\s*\n\s*/g, " ").trim() || "unknown error";
}
