// listen: a server's address, once it listens.

import type { AddressInfo, Server } from "node:net";

/** @throws the address is taken, or not ours: Node's own error, with its code */
export function listen(server: Server, { host, port }: { host: string; port: number }): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => resolve(server.address() as AddressInfo));
  });
}
