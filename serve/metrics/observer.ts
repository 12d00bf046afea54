// Observer: what the service tells whoever measures it. Seconds everywhere; names from closed lists, or patterns of routes.

import type { ProblemReason } from "../http/problem.ts";

/** How a request for inference ended, by Triton's words; the work of one whose client left is CANCELED. */
export type InferenceOutcome = "success" | "REJECTED" | "CANCELED" | "BACKEND" | "OTHER";

export interface InferenceTimes {
  /** From the first byte to the answer. */
  request: number;
  /** Waiting for the network. */
  queue: number;
  /** Making the network's input: decoding pictures, reading tensors. */
  computeInput: number;
  /** In the network, together with whatever was in the same batches. */
  computeInfer: number;
  /** Making the answer. */
  computeOutput: number;
}

export interface Observer {
  /** Every request. @param event.route its pattern, such as /v2/models/:model/infer; "unknown" where none fits */
  responded?(event: { method: string; route: string; status: number; seconds: number }): void;
  /** Every answer that is a problem. */
  refused?(event: { reason: ProblemReason }): void;
  /** A request for inference of a known model, when it is known; `inferred` follows once. */
  asked?(event: { model: string; version: string }): void;
  /** Every request for inference of a known model, once. @param event.images 0 where they were never counted */
  inferred?(event: {
    model: string;
    version: string;
    images: number;
    outcome: InferenceOutcome;
    seconds: InferenceTimes;
  }): void;
  /** Every batch that a network ran. */
  executed?(event: { model: string; version: string; images: number; seconds: number }): void;
  /** Every digit that was read in a picture; blank pictures have none. */
  predicted?(event: { model: string; version: string; digit: number; confidence: number }): void;
  /** A version became current. */
  promoted?(event: { model: string; version: string }): void;
}

export type EventOf<Name extends keyof Observer> = Parameters<Required<Observer>[Name]>[0];

/** Tells each of them. */
export function observers(all: readonly Observer[]): Required<Observer> {
  const tell =
    <Name extends keyof Observer>(name: Name) =>
    (event: EventOf<Name>): void => {
      for (const observer of all) (observer[name] as ((event: unknown) => void) | undefined)?.(event);
    };
  return {
    responded: tell("responded"),
    refused: tell("refused"),
    asked: tell("asked"),
    inferred: tell("inferred"),
    executed: tell("executed"),
    predicted: tell("predicted"),
    promoted: tell("promoted"),
  };
}
