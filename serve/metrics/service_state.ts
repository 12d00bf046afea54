// ServiceState: what the metrics ask the service for when somebody reads them, beside what they are told of each event. Service has
// it.

export interface ServiceState {
  /** What /v2/health/ready says. */
  readonly isReady: boolean;
  /** Images that wait for a network, and how many may. */
  readonly queue: { readonly length: number; readonly capacity: number };
  /** Each network's current version. */
  readonly models: { readonly current: readonly { readonly name: string; readonly version: string }[] };
}
