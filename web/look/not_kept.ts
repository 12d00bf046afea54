// notKept: that something is gone once the page is closed, since the browser keeps nothing.

/** @param what as a sentence begins: "What is taught" */
export function notKept(what: string): string {
  return `${what} lasts until this page is closed: the browser keeps nothing for it, as in some private windows, or has no room left.`;
}
