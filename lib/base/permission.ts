// What Node's permission model denies.

/** The code of what Node's permission model (`node --permission`) denies. */
export const ACCESS_DENIED = "ERR_ACCESS_DENIED";

/** By the permission that such an error names: what grants it. Some functions, like fsync, nothing grants. */
const GRANTS: Readonly<Record<string, string>> = {
  ChildProcess: "--allow-child-process",
  FileSystemRead: "--allow-fs-read=FOLDER",
  FileSystemWrite: "--allow-fs-write=FOLDER",
  Net: "--allow-net",
  WorkerThreads: "--allow-worker",
};

/** Why it failed, and how to permit it; null for any other error. */
export function deniedReason(error: unknown): string | null {
  const { code, permission } = Object(error) as { code?: unknown; permission?: unknown };
  if (code !== ACCESS_DENIED) return null;
  const grant = Object.hasOwn(GRANTS, String(permission)) ? `; start Node with ${GRANTS[String(permission)]}` : "";
  return `Node's permission model denies it${grant}`;
}
