// The policy that the web app gives itself, in its page (web/vite.config.ts) and by its service worker (build_web.mjs), for
// hosts that send no headers: that of web/public/_headers, but for two things. Which servers the page may ask stays the host's
// to say: of two policies a browser takes what both allow, so that no host could allow another server any more. And who may
// frame the page is the host's to say, too.
import { readFileSync } from "node:fs";

export function pagePolicy() {
  const headers = readFileSync(new URL("../web/public/_headers", import.meta.url), "utf8");
  const [, inHeader] = headers.match(/Content-Security-Policy: (.+)/);
  return inHeader
    .split("; ")
    .filter((each) => !each.startsWith("frame-ancestors "))
    .map((each) => (each.startsWith("connect-src ") ? "connect-src http: https:" : each))
    .join("; ");
}
