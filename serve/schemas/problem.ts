// What is answered where a request cannot be served: a problem, as RFC 9457 has it.

import * as z from "zod";
import { PROBLEM_REASONS } from "../http/problem.ts";

export const PROBLEM = z
  .looseObject({
    type: z.literal("about:blank"),
    title: z.string().meta({ description: "The status, in words." }),
    status: z.int().min(400).max(599).meta({ description: "That of the answer." }),
    detail: z.string().meta({ description: "What is wrong, the values, and what to do." }),
    error: z
      .string()
      .meta({ description: "The same, under the name that clients of the Open Inference Protocol read." }),
    reason: z.enum(PROBLEM_REASONS).meta({ description: "The kind of problem, for programs." }),
    request_id: z.string().optional().meta({ description: "Under which the server's log has this request." }),
  })
  .meta({ id: "Problem", description: "Why a request was not served. Further members may say where and how much." });
