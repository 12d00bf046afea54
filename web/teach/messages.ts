// What page and teacher, a worker, say to each other.

import type { ModelName } from "../../models/index.ts";
import type { Lesson, Taught } from "./pupil.ts";

export type ToTeacher =
  /** First of all. @property kernels the content of a `.wasm` file; @property poolUrl the script of its threads */
  | { readonly kind: "kernels"; readonly kernels: ArrayBuffer; readonly poolUrl: string }
  /** A network as it is before any lesson. @property weights the content of a safetensors file */
  | { readonly kind: "base"; readonly name: ModelName; readonly weights: Uint8Array }
  /** Does beforehand what does not depend on lessons. */
  | { readonly kind: "prepare" }
  /** All lessons anew, to every network whose base was given; answered in the order in which they come. */
  | { readonly kind: "teach"; readonly lessons: readonly Lesson[] }
  /** Threads first, then the teacher itself. */
  | { readonly kind: "end" };

export type FromTeacher =
  | { readonly kind: "taught"; readonly taught: readonly Taught[] }
  /** What was asked for last could not be done. */
  | { readonly kind: "failed"; readonly problem: string }
  | { readonly kind: "ended" };
