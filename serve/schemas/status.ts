// What GET / and GET /models answer.

import * as z from "zod";
import { MODEL_TYPE } from "./predict.ts";

export const STATUS = z
  .object({
    status: z.literal("healthy"),
    service: z.literal("simdgrad"),
    version: z.string().meta({ description: "The server's." }),
    models: z.array(MODEL_TYPE).meta({ description: "Which can be asked." }),
    docs: z.string().meta({ description: "Where this page is." }),
  })
  .meta({ id: "Status" });

export const MODEL_TYPES = z.array(MODEL_TYPE).meta({ id: "ModelTypes" });

export type Status = z.infer<typeof STATUS>;
