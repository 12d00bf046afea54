// What starts a server: startServer in this process, as tests do; runServer as `mnist serve`, with signals and workers.

export { runServer } from "./node/run_server.ts";
export { type RunningServer, startServer } from "./node/start_server.ts";
export type { LogLevel, ServeOptions } from "./options.ts";
