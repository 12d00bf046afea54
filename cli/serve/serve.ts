// mnist serve: the networks behind HTTP.

import { DEFAULTS, LOG_LEVELS } from "../../serve/options.ts";
import { type Command, choiceFlag, grouped, switchFlag, valueFlag } from "../command_line/command.ts";
import { NO_WIDE } from "../inputs/no_wide_flag.ts";

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
        byDefault: DEFAULTS.host,
      }),
      port: valueFlag("N", "Port to listen on; 0 takes a free one", { byDefault: String(DEFAULTS.port) }),
      "metrics-port": valueFlag("N", "Port of its own for /metrics", { byDefault: "the server's" }),
      "trust-proxy": valueFlag("N", "Proxies in front whose X-Forwarded-For is believed", {
        byDefault: String(DEFAULTS.trustProxy),
      }),
    }),
    ...grouped("Models", {
      runs: valueFlag("FOLDER", "Folder of runs and versions", { byDefault: DEFAULTS.outputs }),
      workers: valueFlag("N", "Processes, each with its own network", { byDefault: String(DEFAULTS.workers) }),
      "no-wide": NO_WIDE,
    }),
    ...grouped("Limits", {
      timeout: valueFlag("SECONDS", "For a request's answer", { byDefault: String(DEFAULTS.timeoutSeconds) }),
      "max-queue": valueFlag("N", "Images that may wait; beyond it, 503", { byDefault: String(DEFAULTS.maxQueue) }),
      "max-queue-delay": valueFlag("MS", "Wait for more images when the network is free", {
        byDefault: String(DEFAULTS.maxQueueDelayMs),
      }),
      "max-body": valueFlag("BYTES", "Of one request", { byDefault: String(DEFAULTS.maxBodyBytes) }),
      "max-images": valueFlag("N", "Pictures in one request", { byDefault: String(DEFAULTS.maxImages) }),
      "rate-limit": valueFlag("N", "Requests a minute from one address, shared out among the workers", {
        byDefault: "any number",
      }),
      "drain-delay": valueFlag("SECONDS", "Go on serving after SIGTERM, while not ready", {
        byDefault: String(DEFAULTS.drainDelaySeconds),
      }),
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
      "log-level": choiceFlag("What is logged", LOG_LEVELS, { byDefault: DEFAULTS.logLevel }),
      "hide-addresses": switchFlag("Leave clients' addresses out of the log"),
    }),
  },
  async run(flags) {
    const { serveModels } = await import("./serve_models.ts");
    await serveModels(flags);
  },
};
