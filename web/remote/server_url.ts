// serverUrl: the address of a server that a page may ask, as somebody typed it.

const NO_ADDRESS = "That is not an address. Write it like http://127.0.0.1:8000.";

/**
 * @param page the page's own address
 * @returns without a slash at its end
 * @throws {Error} one line for people: it is no address, or one that a page like this may not ask
 */
export function serverUrl(text: string, page: { readonly protocol: string }): string {
  const trimmed = text.trim();
  const typed = /^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (trimmed === "" || !URL.canParse(typed)) throw new Error(NO_ADDRESS);
  const url = new URL(typed);
  // Some browsers write a space that way, rather than refuse it.
  if (url.hostname.includes("%")) throw new Error(NO_ADDRESS);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new Error("A server's address begins with http:// or https://.");
  }
  if (url.username || url.password) throw new Error("Leave user name and password out of the address.");
  if (page.protocol === "https:" && url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new Error(
      "This page was loaded over https, and browsers let such a page ask http servers on this device only. Enter an https:// address.",
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}
