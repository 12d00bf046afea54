// FleetMetrics: the processes of a server, told by the one that starts them.

import { Counter, Gauge, Registry } from "prom-client";

export class FleetMetrics {
  readonly registry = new Registry();
  private readonly restarts: Counter;

  /** @param workers that run at this moment */
  constructor(workers: () => number) {
    new Gauge({
      name: "mnist_workers",
      help: "Processes that serve.",
      registers: [this.registry],
      collect() {
        this.set(workers());
      },
    });
    this.restarts = new Counter({
      name: "mnist_worker_restarts_total",
      help: "Processes that ended by themselves and were replaced.",
      registers: [this.registry],
    });
  }

  restarted(): void {
    this.restarts.inc();
  }
}
