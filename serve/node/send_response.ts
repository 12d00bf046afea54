// sendResponse: the application's answer through Node's HTTP server.

import type { ServerResponse } from "node:http";
import type { LightResponse } from "../http/light_web.ts";

/** Its headers count beside those that were set on `outgoing`, and before them. */
export function sendResponse({ status, headers, body }: LightResponse, outgoing: ServerResponse): void {
  const record: Record<string, string | string[] | number> = headers.record();
  const content = body instanceof ArrayBuffer ? new Uint8Array(body) : body;
  if (content !== null) record["content-length"] ??= Buffer.byteLength(content);
  outgoing.writeHead(status, record);
  outgoing.end(content);
}
