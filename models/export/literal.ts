// literal: the one way by which what a checkpoint or a caller says gets into generated code or markup.

import { escapeUnits } from "../../lib/base/printable.ts";

/**
 * The value as JSON that is JavaScript too, and stays inside of its strings wherever it stands: in a script, in a page's
 * block of data, between `/*` and its end. Of the strings only what can be printed in ASCII stands as it is, without
 * what begins or ends markup, `<`, `>`, `&` and `--`, or a comment.
 *
 * @param indent as in JSON.stringify
 * @example literal("</script>") // '"\\u003c/script\\u003e"'
 */
export function literal(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[^ -~\n]|[<>&]|\*(?=\/)|-(?=-)/g, escapeUnits);
}
