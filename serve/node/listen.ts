// listen: a server's address, once it listens.

import type { AddressInfo, Server } from "node:net";
import { reasonOf } from "../../lib/base/system_error.ts";
import type { Log } from "../log/log.ts";
import { seldom } from "../log/seldom.ts";

export interface ListenOptions {
  host: string;
  port: number;
  /** Takes what goes wrong later: connections that cannot be accepted, since too many files are open. */
  log: Log;
}

/** @throws the address is taken, or not ours: Node's own error, with its code */
export function listen(server: Server, { host, port, log }: ListenOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      const logError = seldom((error: Error) =>
        log.error({ reason: reasonOf(error) }, "a connection was not accepted"),
      );
      server.on("error", logError);
      resolve(server.address() as AddressInfo);
    });
  });
}
