// ListedVersion: a line of a network's registry, whether it is current, and whether its checkpoint is whole.

import type { ModelName } from "../../models/index.ts";
import type { Registry } from "./registry.ts";
import { type FileState, stateOfVersion } from "./version_file.ts";
import { type VersionRecord, versionFields } from "./version_record.ts";

export interface ListedVersion {
  model: ModelName;
  record: VersionRecord;
  /** The registry's last line. */
  isCurrent: boolean;
  fileState: FileState;
}

/** In the registry's order. Reads each checkpoint once, however often its version became current. */
export function listVersions(registry: Registry): ListedVersion[] {
  const { model, records } = registry;
  const states = new Map<string, FileState>();
  return records.map((record, i) => {
    const key = `${record.version} ${record.fileSha256}`;
    const fileState = states.get(key) ?? stateOfVersion(registry, record);
    states.set(key, fileState);
    return { model, record, isCurrent: i === records.length - 1, fileState };
  });
}

/** @returns one line of JSON, without its end */
export function writeListedVersion({ model, record, isCurrent, fileState }: ListedVersion): string {
  return JSON.stringify({ model, ...versionFields(record), is_current: isCurrent, file_state: fileState });
}
