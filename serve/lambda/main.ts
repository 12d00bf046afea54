// The function: the application behind a Function URL, API Gateway or a load balancer. What Lambda's runtime for Node loads, or
// bootstrap.ts. Loading it loads the networks and warms them up, so that the first request waits for neither.

import process from "node:process";
import { enableRelaxedSimd } from "../../data/index.node.ts";
import { makeApp } from "../app.ts";
import { useLightWeb } from "../http/light_web.ts";
import { makeLog } from "../log/log.ts";
import { Service } from "../service.ts";
import { functionSettings } from "./function_settings.ts";
import { makeHandler } from "./handler.ts";

useLightWeb();
enableRelaxedSimd();
const settings = functionSettings(process.env);
// The process may be frozen as soon as an answer is given: lines that were gathered would come with the next one, or never.
const log = makeLog({ level: settings.logLevel, isGathered: false });
const { fetch } = makeApp(new Service({ settings, log }));

export const handler = makeHandler({ fetch, maxBodyBytes: settings.maxBodyBytes });
