// How each problem that the description declares is brought about, by status; some operations need a way of their own.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type RunningServer, type ServeOptions, startServer } from "../../../serve/index.ts";
import type { Service } from "../../../serve/service.ts";
import { readRegistry, versionFile } from "../../../store/versions/registry.ts";
import { type ApiRequest, callApi } from "../../support/api_request.ts";
import type { Described } from "../../support/openapi_document.ts";
import { IDS, outputsWithRuns, promote } from "../../support/versions.ts";
import { EXAMPLE_REQUESTS } from "./example_requests.ts";

export interface Provocation {
  /** Of the server that it takes, which all of the same status share; default those of every test. */
  options?: () => ServeOptions | Promise<ServeOptions>;
  /** What is done to the service before. */
  sabotage?(service: Service): void;
  /** Default: the operation's example. */
  request?: ApiRequest;
  /** In place of one request. */
  call?(url: string, described: Described, request: ApiRequest): Promise<Response>;
}

const BROKEN_FORM = { form: { fields: { model_type: "cnn" } } };
const BROKEN_JSON = { body: "{" };
const DAMAGED_VERSION: Provocation = {
  options: async () => ({ outputs: await outputsWithDamagedVersion() }),
  request: { parameters: { type: "linear", model: "linear", version: "1" } },
};
const twice = async (url: string, described: Described, request: ApiRequest): Promise<Response> => {
  await (await callApi(url, described, request)).arrayBuffer();
  return callApi(url, described, request);
};
/** One waits in the queue, where there is no room for another: whichever comes later is refused. */
const besideAnother = async (url: string, described: Described, request: ApiRequest): Promise<Response> => {
  const both = await Promise.all([0, 1].map(() => callApi(url, described, request)));
  const refused = both.find(({ ok }) => !ok) ?? both[1];
  for (const response of both) if (response !== refused) await response.arrayBuffer();
  return refused;
};

const ANY = "*";
export const PROVOCATIONS: Readonly<Record<number, Readonly<Record<string, Provocation>>>> = {
  400: {
    predict: { request: BROKEN_FORM },
    [ANY]: { request: BROKEN_JSON },
  },
  401: { [ANY]: { options: () => ({ apiKey: "a key" }) } },
  404: {
    predict: { request: { form: { files: ["docs/digits/7.png"], fields: { model_type: "mlp" } } } },
    predictBase64: { request: { json: { image: "iVBORw0KGgo=", model_type: "mlp" } } },
    [ANY]: { request: { parameters: { type: "mlp", model: "mlp" } } },
  },
  408: { [ANY]: { options: () => ({ timeoutSeconds: 0.5 }), call: withoutItsEnd } },
  413: { [ANY]: { options: () => ({ maxBodyBytes: 1024 }), request: { body: new Uint8Array(2000) } } },
  415: {
    predict: { request: { body: "no form" } },
    predictBase64: { request: { json: { image: "R0lGODlhAQABAAAAACw=" } } },
    [ANY]: { request: { body: "{}", headers: { "content-encoding": "zstd" } } },
  },
  429: { [ANY]: { options: () => ({ rateLimit: 1 }), call: twice } },
  500: {
    [ANY]: {
      sabotage: (service) => {
        service.observer.responded = () => {
          throw new Error("broken on purpose");
        };
      },
    },
  },
  501: {
    [ANY]: {
      request: {
        json: {
          inputs: [
            { name: "images", shape: [1, 1, 28, 28], datatype: "FP32", parameters: { shared_memory_region: "x" } },
          ],
        },
      },
    },
  },
  503: {
    getModelInfo: DAMAGED_VERSION,
    [ANY]: { options: () => ({ maxQueue: 1, maxQueueDelayMs: 1000 }), call: besideAnother },
  },
};

/** What servers were started for. */
export class Provoker {
  private readonly servers = new Map<string, Promise<RunningServer>>();

  /** @returns the answer, and its body */
  async provoke(described: Described, status: number): Promise<{ response: Response; body: string }> {
    const ways = PROVOCATIONS[status] ?? {};
    const way = ways[described.id] ?? ways[ANY];
    if (!way) throw new Error(`nothing provokes ${status} of ${described.id}: test/serve/openapi/provocations.ts`);
    const { request = EXAMPLE_REQUESTS[described.id]?.[0] ?? {}, call = callApi } = way;
    const { url } = await this.serverOf(status, way);
    const response = await call(url, described, request);
    return { response, body: await response.text() };
  }

  async close(): Promise<void> {
    for (const server of this.servers.values()) await (await server).close();
  }

  private serverOf(status: number, { options, sabotage }: Provocation): Promise<RunningServer> {
    const key = `${status} ${options}`;
    const known = this.servers.get(key);
    if (known) return known;
    const start = async (): Promise<RunningServer> => {
      const ordinary = { port: 0, logLevel: "silent", outputs: "no outputs here" } as const;
      const server = await startServer({ ...ordinary, ...(await options?.()) });
      sabotage?.(server.service);
      return server;
    };
    const ready = start();
    this.servers.set(key, ready);
    return ready;
  }
}

/** Version 1 of the linear model is no checkpoint any more; version 2 is the current one. */
async function outputsWithDamagedVersion(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-contract-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const outputs = outputsWithRuns(folder);
  for (const id of IDS.slice(0, 2)) await promote(outputs, id);
  writeFileSync(versionFile(readRegistry(outputs, "linear"), 1), "no checkpoint");
  return outputs;
}

/** A request whose body never ends. */
async function withoutItsEnd(url: string, { method, path }: Described): Promise<Response> {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  const head = [
    `${method.toUpperCase()} ${path.replace("{model}", "cnn").replace("{version}", "0")} HTTP/1.1`,
    `Host: ${hostname}`,
  ];
  socket.write(`${[...head, "Content-Type: application/json", "Content-Length: 100"].join("\r\n")}\r\n\r\n{`);
  let text = "";
  for await (const chunk of socket.setEncoding("latin1")) text += chunk;
  const [start, ...rest] = text.split("\r\n\r\n");
  const [first, ...lines] = start.split("\r\n");
  const headers = lines.map((line): [string, string] => [line.split(": ")[0], line.replace(/^[^:]*: /, "")]);
  return new Response(rest.join("\r\n\r\n"), { status: Number(first.split(" ")[1]), headers });
}
