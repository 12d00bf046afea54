// Kubernetes ignores keys that it does not know, and so do the models: a misspelt `readinessProbes` would pass. The compiler
// does not: each object is written as a literal of its type.

import { resolve } from "node:path";
import ts from "typescript";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type KubernetesObject, kubernetesObjects } from "./kubernetes_objects.ts";

const test = suite("Kubernetes' types");

/** Where each kind's type is, and what KServe's and the operator's objects are, which have no package. */
const TYPES = `
import type { IDeployment as Deployment } from "kubernetes-models/apps/v1/Deployment";
import type { IHorizontalPodAutoscaler as HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import type { IJob as Job } from "kubernetes-models/batch/v1/Job";
import type { IPodDisruptionBudget as PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import type { IConfigMap as ConfigMap } from "kubernetes-models/v1/ConfigMap";
import type { IPersistentVolumeClaim as PersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import type { IService as Service } from "kubernetes-models/v1/Service";

type Metadata = NonNullable<Service["metadata"]>;
interface InferenceService {
  apiVersion: "serving.kserve.io/v1beta1";
  kind: "InferenceService";
  metadata: Metadata;
  spec: { predictor: IPodSpec & { minReplicas: number; maxReplicas: number; scaleMetric: "cpu"; scaleTarget: number; timeout: number } };
}
interface ServiceMonitor {
  apiVersion: "monitoring.coreos.com/v1";
  kind: "ServiceMonitor";
  metadata: Metadata;
  spec: { selector: { matchLabels: Record<string, string> }; endpoints: { port: string; path: string; interval: string }[] };
}
interface Kustomization {
  apiVersion: "kustomize.config.k8s.io/v1beta1";
  kind: "Kustomization";
  resources: string[];
  labels: { pairs: Record<string, string> }[];
  images: { name: string; newName: string; newTag: string }[];
}
`;

/** What the compiler says of them. */
function faultsIn(objects: readonly Omit<KubernetesObject, "file">[]): string[] {
  const literals = objects.map((object, i) => `export const object${i}: ${object.kind} = ${JSON.stringify(object)};`);
  const path = resolve("test/serve/deploy", "objects.virtual.ts");
  const options = { strict: true, noEmit: true, skipLibCheck: true, types: [] };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (file) => file === path || fileExists(file);
  host.readFile = (file) => (file === path ? TYPES + literals.join("\n") : readFile(file));
  const program = ts.createProgram(
    [path],
    { ...options, module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 },
    host,
  );
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

test("no object has a key or a value that its type does not have", () => {
  const objects = kubernetesObjects().map(({ file, ...object }) => object);
  assert.equal(faultsIn(objects), []);
});

test("a misspelt key would be found, however deep", () => {
  for (const [from, to] of [
    ["readinessProbe", "readinessProbes"],
    ["readOnlyRootFilesystem", "readOnlyRootFileSystem"],
    ["FailIndex", "FailIndexes"],
    ["drop", "drops"],
  ]) {
    const objects = kubernetesObjects().filter((object) => JSON.stringify(object).includes(`"${from}"`));
    assert.ok(objects.length > 0, from);
    const [{ file, ...object }] = objects;
    const spoilt = JSON.parse(JSON.stringify(object).replace(`"${from}"`, `"${to}"`));
    assert.ok(faultsIn([spoilt]).length > 0, `${file}: ${to}`);
  }
});

test.run();
