// Headers, Request and Response without Node's: those load the whole of its HTTP client, undici, when the first of them is made:
// 9 MB, and 23 ms, which is as long as everything else that a function does until its first answer. They do what the
// application asks of them, as the Fetch standard has it; bodies are text, bytes, or nothing.
//
// Source: https://fetch.spec.whatwg.org/.

type HeaderEntries = Iterable<readonly [string, string]>;
type Body = string | Uint8Array | ArrayBuffer | null;

const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const WITHOUT_BODY = new Set([101, 204, 205, 304]);

export class LightHeaders {
  private readonly lists = new Map<string, string[]>();

  constructor(init: HeaderEntries | Readonly<Record<string, string>> = []) {
    const entries = Symbol.iterator in init ? (init as HeaderEntries) : Object.entries(init);
    for (const [name, value] of entries) this.append(name, value);
  }

  append(name: string, value: string): void {
    const [key, text] = checked(name, value);
    const list = this.lists.get(key);
    if (list) list.push(text);
    else this.lists.set(key, [text]);
  }

  set(name: string, value: string): void {
    const [key, text] = checked(name, value);
    this.lists.set(key, [text]);
  }

  get(name: string): string | null {
    return this.lists.get(keyOf(name))?.join(", ") ?? null;
  }

  has(name: string): boolean {
    return this.lists.has(keyOf(name));
  }

  delete(name: string): void {
    this.lists.delete(keyOf(name));
  }

  getSetCookie(): string[] {
    return [...(this.lists.get("set-cookie") ?? [])];
  }

  /** Sorted by name; each cookie is an entry of its own. */
  *entries(): Generator<[string, string]> {
    for (const name of [...this.lists.keys()].sort()) {
      const list = this.lists.get(name) ?? [];
      if (name === "set-cookie") for (const cookie of list) yield [name, cookie];
      else yield [name, list.join(", ")];
    }
  }

  /** As Node's HTTP server takes them: each cookie a value of its own. */
  record(): Record<string, string | string[]> {
    const record: Record<string, string | string[]> = {};
    for (const [name, list] of this.lists) {
      record[name] = list.length === 1 ? (list[0] as string) : name === "set-cookie" ? list : list.join(", ");
    }
    return record;
  }

  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries();
  }

  forEach(callback: (value: string, name: string, headers: LightHeaders) => void): void {
    for (const [name, value] of this.entries()) callback(value, name, this);
  }
}

function keyOf(name: string): string {
  const key = String(name);
  if (!NAME.test(key)) throw new TypeError(`Headers: ${JSON.stringify(key)} is no name of a header.`);
  return key.toLowerCase();
}

function checked(name: string, value: string): [string, string] {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  if (/[\0\n\r]|[^\0-\xff]/.test(text))
    throw new TypeError(`Headers: the value of ${name} holds characters that none may.`);
  return [keyOf(name), text];
}

interface LightResponseInit {
  status?: number;
  statusText?: string;
  headers?: HeaderEntries | Readonly<Record<string, string>>;
}

export class LightResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: LightHeaders;
  /** What it was made of, which another one can be made of. */
  readonly body: Body;
  bodyUsed = false;

  constructor(body: Body = null, { status = 200, statusText = "", headers }: LightResponseInit = {}) {
    if (!(status >= 200 && status <= 599))
      throw new RangeError(`Response: a status is from 200 to 599; got ${status}.`);
    if (body !== null && WITHOUT_BODY.has(status))
      throw new TypeError(`Response: an answer with ${status} has no body.`);
    if (body !== null && typeof body !== "string" && !(body instanceof Uint8Array) && !(body instanceof ArrayBuffer)) {
      throw new TypeError("Response: an answer is text or bytes; streams are not sent.");
    }
    this.status = status;
    this.statusText = statusText;
    this.headers = new LightHeaders(headers);
    this.body = body;
    if (typeof body === "string" && !this.headers.has("content-type")) {
      this.headers.set("content-type", "text/plain;charset=UTF-8");
    }
  }

  get ok(): boolean {
    return this.status < 300;
  }

  async bytes(): Promise<Uint8Array> {
    const { body } = this;
    if (this.bodyUsed) throw new TypeError("Response: its body was read already.");
    this.bodyUsed = body !== null;
    if (body === null) return new Uint8Array(0);
    return typeof body === "string" ? Buffer.from(body) : new Uint8Array(body);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(await this.bytes()).buffer;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  clone(): LightResponse {
    return new LightResponse(this.body, this);
  }
}

/** What is asked of a request's. */
export interface SentHeaders {
  get(name: string): string | null;
  forEach(callback: (value: string, name: string) => void): void;
}

/** Its body, and whether its client left, is asked of the caller, not of it. */
export interface LightRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: SentHeaders;
}

/** For this whole process. */
export function useLightWeb(): void {
  // Assigned, since defining a property reads the old one, which would load what this avoids.
  Object.assign(globalThis, { Headers: LightHeaders, Response: LightResponse });
}
