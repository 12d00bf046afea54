// mnist serve: the networks behind HTTP.

import type { LogLevel } from "../../serve/index.ts";
import { type Command, choiceFlag, grouped, switchFlag, valueFlag } from "../command_line/command.ts";

/** Those of serve/options.ts, which is loaded when the command runs. */
const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const satisfies readonly LogLevel[];

export const serve: Command = {
  details:
    "Answers over HTTP with the current version of each network, or the shipped weights where none was promoted: " +
    "POST /predict takes pictures, /v2 speaks the Open Inference Protocol, /docs describes it all, /metrics is for " +
    "Prometheus. Promotions and rollbacks take effect while it runs. The log is JSON on stdout, a line a request. " +
    "SIGTERM and Ctrl-C let it finish what it has accepted.",
  examples: [
    ["mnist serve", "on http://127.0.0.1:8000"],
    ["mnist serve --host 0.0.0.0 --workers 2", "for all who reach it"],
    ["mnist serve --cors https://example.com", "for a site's pages, too"],
  ],
  flags: {
    ...grouped("Address", {
      host: valueFlag("ADDRESS", "Address to listen on; 0.0.0.0 is every one of this machine", {
        byDefault: "127.0.0.1",
      }),
      port: valueFlag("N", "Port to listen on; 0 takes a free one", { byDefault: "8000" }),
      "metrics-port": valueFlag("N", "Port of its own for /metrics", { byDefault: "the server's" }),
      "trust-proxy": valueFlag("N", "Proxies in front whose X-Forwarded-For is believed", { byDefault: "0" }),
    }),
    ...grouped("Models", {
      runs: valueFlag("FOLDER", "Folder of runs and versions", { byDefault: "outputs" }),
      workers: valueFlag("N", "Processes, each with its own network", { byDefault: "1" }),
    }),
    ...grouped("Limits", {
      timeout: valueFlag("SECONDS", "For a request's answer", { byDefault: "10" }),
      "max-queue": valueFlag("N", "Images that may wait; beyond it, 503", { byDefault: "512" }),
      "max-queue-delay": valueFlag("MS", "Wait for more images when the network is free", { byDefault: "0" }),
      "max-body": valueFlag("BYTES", "Of one request", { byDefault: "1048576" }),
      "max-images": valueFlag("N", "Pictures in one request", { byDefault: "64" }),
      "rate-limit": valueFlag("N", "Requests a minute from one address, shared out among the workers", {
        byDefault: "any number",
      }),
      "drain-delay": valueFlag("SECONDS", "Go on serving after SIGTERM, while not ready", { byDefault: "0" }),
    }),
    ...grouped("Access", {
      cors: valueFlag("ORIGINS", "Origins whose pages may call, with commas between; * is every one", {
        byDefault: "none",
      }),
      "api-key": valueFlag("KEY", "Key that requests must bring; MNIST_API_KEY keeps it out of ps", {
        byDefault: "none",
      }),
    }),
    ...grouped("Output", {
      "log-level": choiceFlag("What is logged", LOG_LEVELS, { byDefault: "info" }),
      "hide-addresses": switchFlag("Leave clients' addresses out of the log"),
    }),
  },
  async run(flags) {
    const { serveModels } = await import("./serve_models.ts");
    await serveModels(flags);
  },
};
