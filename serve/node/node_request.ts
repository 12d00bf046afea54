// A request as Node's HTTP server has it, as the application reads it: its URL, and its headers, which are looked for in what was
// sent only when something asks for them.

import type { IncomingMessage } from "node:http";
import type { LightRequest, SentHeaders } from "../http/light_web.ts";
import { Problem } from "../http/problem.ts";

/** A path, and perhaps a query, that is the same once it is parsed. */
const PLAIN_TARGET = /^\/[\w\-~!$&'()*+,;=:@/?.]*$/;
const DOT_SEGMENT = /\/\.{1,2}(?:[/?]|$)/;
const PLAIN_HOST = /^[\w.-]+(?::\d{1,5})?$/;
const ABSOLUTE = /^https?:\/\//i;
/** Clients of HTTP/1.0 need not name one. */
const UNNAMED_HOST = "localhost";

/** @throws {Problem} 400 the target of the request, or its header Host, is none */
export function nodeRequest({ method = "GET", url = "", headers, rawHeaders }: IncomingMessage): LightRequest {
  return { method, url: urlOf(headers.host ?? UNNAMED_HOST, url), headers: new RawHeaders(rawHeaders) };
}

function urlOf(host: string, target: string): string {
  if (PLAIN_HOST.test(host) && PLAIN_TARGET.test(target) && !DOT_SEGMENT.test(target)) return `http://${host}${target}`;
  // Parsers of URLs take a backslash for a slash; whoever stands before this server may not.
  if (/^[^?]*\\/.test(target)) throw invalidUrl();
  try {
    if (ABSOLUTE.test(target)) return new URL(target).href;
    const { href, pathname, username, search, hash } = new URL(`http://${host}`);
    if (!target.startsWith("/") || pathname !== "/" || username + search + hash !== "") throw invalidUrl();
    return new URL(href.slice(0, -1) + target).href;
  } catch {
    throw invalidUrl();
  }
}

function invalidUrl(): Problem {
  return new Problem(400, "the URL or the header Host is not valid.", { reason: "bad_request" });
}

/** What was sent, name and value by turns. Values of the same name are joined, as the Fetch standard has it. */
class RawHeaders implements SentHeaders {
  constructor(private readonly raw: readonly string[]) {}

  get(name: string): string | null {
    const { raw } = this;
    const key = name.toLowerCase();
    let found: string | null = null;
    for (let i = 0; i < raw.length; i += 2) {
      const each = raw[i] as string;
      if (each.length !== key.length || each.toLowerCase() !== key) continue;
      const value = raw[i + 1] as string;
      found = found === null ? value : `${found}${key === "cookie" ? "; " : ", "}${value}`;
    }
    return found;
  }

  forEach(callback: (value: string, name: string) => void): void {
    const names = new Set(this.raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
    for (const name of names) callback(this.get(name) as string, name);
  }
}
