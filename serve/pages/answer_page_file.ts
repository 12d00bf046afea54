// answerPageFile: one file of a page, packed as the client takes it, or that its copy is current.

import type { Context } from "hono";
import type { ServeEnv } from "../http/caller.ts";
import type { PageFile } from "./page_folder.ts";

const YEAR = 31_536_000;

export function answerPageFile(c: Context<ServeEnv>, file: PageFile, headers: Record<string, string> = {}): Response {
  const { bytes, packedAs, etag } = file.content(c.req.header("accept-encoding"));
  const described: Record<string, string> = {
    ...headers,
    "cache-control": file.isImmutable ? `public, max-age=${YEAR}, immutable` : "no-cache",
    etag,
    vary: "Accept-Encoding",
  };
  if (namesIt(c.req.header("if-none-match"), etag)) return c.body(null, 304, described);
  if (packedAs !== null) described["content-encoding"] = packedAs;
  return c.body(bytes, 200, { ...described, "content-type": file.type });
}

function namesIt(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? "").split(",").some((each) => ["*", etag].includes(each.trim().replace(/^W\//, "")));
}
