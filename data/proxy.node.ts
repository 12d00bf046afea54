// fetchThroughProxy: a request by way of the proxy that the environment names.
//
// Node's fetch takes no notice of HTTPS_PROXY unless the process was started with --use-env-proxy, which only newer ones
// have. A worker can be started with it later, and touches nothing else in the program.

import process from "node:process";
import { Worker } from "node:worker_threads";

export interface EnvironmentProxy {
  /** What names it: "HTTPS_PROXY". */
  readonly variable: string;
  /** With its scheme, which many leave out. */
  readonly url: string;
  /** Whether fetch uses it already, since Node was told to. */
  readonly isInUse: boolean;
  /** Why it cannot be used, as a whole sentence; null where it can. */
  readonly problem: string | null;
}

/** The proxy that the environment names for a URL; null where it names none, or excepts the host, as it does this machine. */
export function environmentProxy(url: string, env: NodeJS.ProcessEnv = process.env): EnvironmentProxy | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, port } = new URL(url);
  const scheme = protocol.slice(0, -1);
  const variable = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`].find((name) => env[name]);
  if (variable === undefined || isExcepted(hostname, port, env.no_proxy ?? env.NO_PROXY ?? "")) return null;
  const value = String(env[variable]);
  const address = /^[\w+.-]+:\/\//.test(value) ? value : `http://${value}`;
  if (!URL.canParse(address)) {
    return {
      variable,
      url: value,
      isInUse: false,
      problem: `${variable} is not the address of a proxy, such as http://proxy:3128.`,
    };
  }
  const proxy = new URL(address);
  const options = [...process.execArgv, ...(env.NODE_OPTIONS ?? "").split(/\s+/)];
  const canUse = process.allowedNodeEnvironmentFlags.has("--use-env-proxy");
  const isInUse = canUse && (env.NODE_USE_ENV_PROXY === "1" || options.includes("--use-env-proxy"));
  let problem: string | null = null;
  if (!canUse) {
    problem = `${variable} names a proxy, which Node ${process.versions.node} cannot use; Node 22.21, or 24 and later, can.`;
  } else if (!/^https?:$/.test(proxy.protocol)) {
    problem = `${variable} names a proxy of the kind ${proxy.protocol}//; Node can use http:// and https:// ones.`;
  }
  const { username, password } = proxy;
  const login = username === "" ? "" : `${username}${password === "" ? "" : `:${password}`}@`;
  return { variable, url: `${proxy.protocol}//${login}${proxy.host}`, isInUse, problem };
}

/** @param list NO_PROXY: hosts and domains between commas, perhaps with a port; "*" for all */
function isExcepted(hostname: string, port: string, list: string): boolean {
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return true;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      const [, host, only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      const domain = host.replace(/^\*?\./, "");
      return (
        (only === undefined || only === port) &&
        (host === "*" || hostname === domain || hostname.endsWith(`.${domain}`))
      );
    });
}

/** What the worker is; as text, so that bundlers need not handle it. */
const WORKER = `
const { parentPort, workerData: { url, headers } } = require("node:worker_threads");
fetch(url, { headers }).then(async (response) => {
  parentPort.postMessage({ status: response.status, headers: [...response.headers] });
  for await (const chunk of response.body ?? []) parentPort.postMessage({ chunk });
  parentPort.postMessage({ isEnd: true });
}).catch(({ message, cause }) => parentPort.postMessage({ error: { message, code: cause?.code, cause: cause?.message } }));
`;

type Message =
  | { status: number; headers: [string, string][] }
  | { chunk: Uint8Array }
  | { isEnd: true }
  | { error: { message: string; code?: string; cause?: string } };

/** `fetch(url, { headers, signal })` by way of a proxy. It rejects as fetch does, with what failed as the error's cause. */
export function fetchThroughProxy(
  url: string,
  { headers, signal }: { headers: Record<string, string>; signal: AbortSignal },
  { variable, url: proxy }: EnvironmentProxy,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(WORKER, {
      ...{ eval: true, workerData: { url, headers }, execArgv: ["--use-env-proxy"], env: { [variable]: proxy } },
      // Some versions warn there that this is new.
      stderr: true,
    });
    let body: ReadableStreamDefaultController<Uint8Array> | null = null;
    const end = (finish: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      worker.removeAllListeners();
      void worker.terminate();
      finish();
    };
    const fail = (error: unknown): void =>
      end(() => {
        body?.error(error);
        reject(error);
      });
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener("abort", onAbort);
    worker.on("error", fail);
    worker.on("exit", () => fail(new TypeError("the request ended unexpectedly")));
    worker.on("message", (message: Message) => {
      if ("error" in message) {
        const { message: text, code, cause } = message.error;
        fail(
          new TypeError(text, { cause: Object.assign(new Error(cause ?? text), code === undefined ? {} : { code }) }),
        );
      } else if ("chunk" in message) body?.enqueue(message.chunk);
      else if ("isEnd" in message) end(() => body?.close());
      else {
        const stream = new ReadableStream<Uint8Array>({
          start: (controller) => {
            body = controller;
          },
          cancel: () => end(() => {}),
        });
        const { status } = message;
        resolve(new Response([204, 205, 304].includes(status) ? null : stream, { status, headers: message.headers }));
      }
    });
  });
}
