// urlOf: where a server is.

/** @example urlOf(server.address() as AddressInfo, "::1") // "http://[::1]:8000" */
export function urlOf({ port }: { port: number }, host: string): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
