// The objects in deploy/kubernetes/, as kubectl would read them.

import { parseAllDocuments } from "yaml";
import { projectFiles, read } from "../../support/sources.ts";

// biome-ignore lint/suspicious/noExplicitAny: whatever a file holds; what it must be is what the tests say
type Any = any;

export interface KubernetesObject {
  file: string;
  apiVersion: string;
  kind: string;
  metadata?: { name?: string; labels?: Record<string, string> };
  spec?: Any;
  [key: string]: Any;
}

/** Sorted by file. @throws a file is no YAML, or names a key twice */
export function kubernetesObjects(): KubernetesObject[] {
  return projectFiles(/^deploy\/kubernetes\/.*\.yaml$/).flatMap((file) =>
    parseAllDocuments(read(file), { strict: true, uniqueKeys: true }).map((document) => {
      if (!("toJS" in document) || document.errors.length > 0) throw new Error(`${file}: ${document.errors}`);
      return { file, ...document.toJS() };
    }),
  );
}

/** What runs pods: its pod's specification. */
export function podOf({ kind, spec }: KubernetesObject): Any {
  return kind === "InferenceService" ? spec.predictor : spec?.template?.spec;
}
