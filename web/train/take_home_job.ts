// The page's side of writing and opening files: a worker for the job, gone when it is done.

import type { ExportFormat } from "../../models/export/index.ts";
import type { ModelName } from "../../models/index.ts";
import { fetchBytes, kernelsUrl } from "../read/files.ts";
import type { FromTakeHome, OpenedNetwork, TakeHomeJob, ToTakeHome } from "./take_home_messages.ts";

/** What each format is as a file: its media type, and what people know it by. */
export const FORMATS: Readonly<
  Record<ExportFormat, { readonly type: string; readonly title: string; readonly use: string }>
> = {
  safetensors: {
    type: "application/octet-stream",
    title: "Checkpoint",
    use: "for mnist on the command line, PyTorch, and opening here again",
  },
  onnx: { type: "application/octet-stream", title: "ONNX", use: "for onnxruntime and other programs" },
  mjs: { type: "text/javascript", title: "JavaScript module", use: "one file, for Node, Deno, Bun and pages" },
  html: { type: "text/html", title: "Web page", use: "one file to draw on, also offline" },
};

/** @throws {Error} one line for people: it is no checkpoint of one of these networks */
export async function openCheckpoint(weights: Uint8Array, fileName: string): Promise<OpenedNetwork> {
  const answer = await done({ kind: "open", weights, fileName });
  if (answer.kind !== "opened") throw new Error("The file was not opened.");
  return answer.network;
}

/** Has the browser save a network as a file. */
export async function saveAs(model: ModelName, weights: Uint8Array, format: ExportFormat): Promise<void> {
  const answer = await done({ kind: "write", model, weights, format });
  if (answer.kind !== "written") throw new Error("The file was not written.");
  const href = URL.createObjectURL(new Blob([answer.bytes], { type: FORMATS[format].type }));
  Object.assign(document.createElement("a"), { href, download: `${model}.${format}` }).click();
  // Some browsers read it a while after the click.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

async function done(job: TakeHomeJob): Promise<FromTakeHome> {
  const kernels = await fetchBytes(kernelsUrl());
  const worker = new Worker(new URL("./take_home_worker.ts", import.meta.url), { type: "module", name: "take home" });
  try {
    return await new Promise<FromTakeHome>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<FromTakeHome>) => {
        if (data.kind === "failed") reject(new Error(data.problem));
        else resolve(data);
      };
      worker.onerror = () => reject(new Error("The part of the page that writes files did not start."));
      worker.postMessage({ kernels, job } satisfies ToTakeHome, [kernels]);
    });
  } finally {
    // It has one thread, and nothing waits in it.
    worker.terminate();
  }
}
