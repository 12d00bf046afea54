// Channels: several parts of the program talk between the same two processes, each under a name of its own.

export function isOn(channel: string, message: unknown): boolean {
  return typeof message === "object" && message !== null && (message as { channel?: unknown }).channel === channel;
}
