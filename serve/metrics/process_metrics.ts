// What prom-client tells of a process: processor time, memory, open files, garbage collection, the event loop. Once in a
// process, however many servers run in it, since what watches collections can't be taken away again.
//
// Reading resets the window of nodejs_eventloop_lag_*: two readers each see a part. Alerts use mnist_event_loop_delay_seconds,
// which only counts upwards.

import { collectDefaultMetrics, Registry } from "prom-client";

let registry: Registry | undefined;

export function processMetrics(): Registry {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
