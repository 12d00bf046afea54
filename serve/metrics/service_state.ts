// ServiceState: what the metrics ask the service for when somebody reads them, beside what they are told of each event. Service has
// it.

export interface ServiceState {
  /** What /v2/health/ready says. */
  readonly isReady: boolean;
  /** Images that wait, to be decoded or for a network. */
  readonly queuedImages: number;
  /** How many may. */
  readonly queue: { readonly capacity: number };
  /** Each network's current version. */
  readonly models: { readonly current: readonly { readonly name: string; readonly version: string }[] };
}
