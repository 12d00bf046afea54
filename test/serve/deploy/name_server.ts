// Docker's name server, as far as nginx asks it: the addresses of one name, in whatever number there are now.

import { createSocket } from "node:dgram";
import { once } from "node:events";

/** Answers every question with these addresses, which may be changed while it runs. */
export class NameServer {
  private readonly socket = createSocket("udp4");

  constructor(public addresses: readonly string[]) {
    this.socket.on("message", (question, from) => this.socket.send(this.answer(question), from.port, from.address));
  }

  async listen(): Promise<number> {
    this.socket.bind(0, "127.0.0.1");
    await once(this.socket, "listening");
    return this.socket.address().port;
  }

  close(): void {
    this.socket.close();
  }

  /** RFC 1035, 4.1: a head of 12 bytes, the question as it came, and a record of 16 bytes for each address. */
  private answer(question: Buffer): Buffer {
    const name = question.indexOf(0, 12);
    const head = Buffer.from(question.subarray(0, name + 5));
    head.writeUInt16BE(0x8180, 2); // an answer, no error
    head.writeUInt16BE(this.addresses.length, 6);
    head.writeUInt32BE(0, 8); // neither authorities nor more
    const records = this.addresses.map((address) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split(".").map(Number)]),
    );
    return Buffer.concat([head, ...records]);
  }
}
