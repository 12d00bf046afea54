// The client's address, behind as many proxies as are trusted.
//
// Each proxy adds to X-Forwarded-For, on the right, the address that it was called from. So the N entries on the right are the
// words of our own N proxies, and the Nth of them names the client; whatever stands further left a client may have written.

import { isIP } from "node:net";

/**
 * @param peer the socket's, as plainAddress has it
 * @param forwardedFor the header's value, several headers joined by commas
 * @param proxies how many are trusted
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, proxies: number): string {
  let address = peer;
  let rest = forwardedFor;
  for (let hop = 0; hop < proxies && rest !== undefined; hop++) {
    const comma = rest.lastIndexOf(",");
    const entry = plainAddress(rest.slice(comma + 1).trim());
    // A proxy that hides whom it speaks for is all that we know of.
    if (entry === undefined) break;
    address = entry;
    rest = comma < 0 ? undefined : rest.slice(0, comma);
  }
  return address;
}

/**
 * Without port and brackets; IPv4 as such, also where it is written as IPv6, as sockets that listen on :: have it.
 *
 * @returns undefined for what is no address
 */
export function plainAddress(entry: string): string | undefined {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1];
  const bare = bracketed ?? (/^[\d.]+:\d+$/.test(entry) ? entry.slice(0, entry.indexOf(":")) : entry);
  if (bare.length > 64 || isIP(bare) === 0) return undefined;
  const address = bare.toLowerCase();
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}
