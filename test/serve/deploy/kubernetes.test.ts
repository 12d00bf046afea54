// deploy/kubernetes/: every object is what Kubernetes takes, and says what serving and training need.

import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import { Job } from "kubernetes-models/batch/v1/Job";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { PersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import { Pod } from "kubernetes-models/v1/Pod";
import { Service } from "kubernetes-models/v1/Service";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { flagsOf } from "./flags_of.ts";
import { type KubernetesObject, kubernetesObjects, podOf } from "./kubernetes_objects.ts";

const test = suite("Kubernetes");

// biome-ignore lint/suspicious/noExplicitAny: each takes its own kind of object
const MODELS: Record<string, new (data: any) => { validate(): void }> = {
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  Service,
};
/** Whose models are elsewhere: the pods in them are checked as pods. */
const FOREIGN = ["InferenceService", "Kustomization", "ServiceMonitor"];

const objects = kubernetesObjects();
const only = (kind: string, name?: string): KubernetesObject => {
  const found = objects.filter((object) => object.kind === kind && (!name || object.metadata?.name === name));
  assert.is(found.length, 1, `${kind} ${name ?? ""}`);
  return found[0];
};
const withPods = objects.filter((object) => podOf(object));

test("every object is valid by its model", () => {
  assert.ok(objects.length >= 10);
  for (const { file, ...object } of objects) {
    if (FOREIGN.includes(object.kind)) continue;
    assert.ok(object.kind in MODELS, `${file}: ${object.kind}`);
    assert.not.throws(() => new MODELS[object.kind](object).validate(), undefined, file);
  }
  for (const object of withPods) {
    const { minReplicas, maxReplicas, scaleMetric, scaleTarget, timeout, ...spec } = podOf(object);
    assert.not.throws(() => new Pod({ metadata: { name: "pod" }, spec }).validate(), undefined, object.file);
  }
  assert.throws(() => new Job({ spec: { completions: "8", template: {} } } as never).validate());
});

test("no pod is root, writes to its image, keeps a capability, or holds a token of the cluster's", () => {
  assert.is(withPods.length, 4);
  for (const object of withPods) {
    const { securityContext, automountServiceAccountToken, containers } = podOf(object);
    assert.is(automountServiceAccountToken, false, object.file);
    const { fsGroupChangePolicy, ...identity } = securityContext;
    const user = { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 };
    assert.equal(identity, { ...user, seccompProfile: { type: "RuntimeDefault" } });
    for (const container of containers) {
      assert.equal(container.securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      assert.ok(container.resources.requests.cpu && container.resources.requests.memory);
      assert.ok(container.resources.limits.memory);
    }
  }
});

test("every volume that is mounted is there, and every one that is there is mounted", () => {
  for (const object of withPods) {
    const { volumes, containers } = podOf(object);
    const mounted = containers.flatMap(({ volumeMounts }: { volumeMounts: { name: string }[] }) =>
      volumeMounts.map(({ name }) => name),
    );
    assert.equal(volumes.map(({ name }: { name: string }) => name).sort(), [...new Set(mounted)].sort(), object.file);
  }
});

test("labels, ports and names that refer to each other agree", () => {
  const { selector, template } = only("Deployment").spec;
  assert.equal(template.metadata.labels, selector.matchLabels);
  assert.equal(only("Service").spec.selector, selector.matchLabels);
  assert.equal(only("PodDisruptionBudget").spec.selector, selector);
  assert.is(only("HorizontalPodAutoscaler").spec.scaleTargetRef.name, only("Deployment").metadata?.name);
  const [{ args, ports }] = template.spec.containers;
  const names = ports.map(({ name }: { name: string }) => name);
  assert.equal(
    only("Service").spec.ports.map(({ targetPort }: { targetPort: string }) => targetPort),
    names,
  );
  assert.equal(
    ports.map(({ containerPort }: { containerPort: number }) => String(containerPort)),
    [flagsOf(args).port, flagsOf(args)["metrics-port"]],
  );
  assert.is(template.metadata.annotations["prometheus.io/port"], flagsOf(args)["metrics-port"]);
  const monitor = only("ServiceMonitor").spec;
  assert.is(monitor.endpoints[0].port, "metrics");
  assert.ok(names.includes("metrics"));
  assert.equal(monitor.selector.matchLabels, only("Service").metadata?.labels);
  const claims = withPods.flatMap((object) =>
    podOf(object).volumes.flatMap((volume: KubernetesObject) => volume.persistentVolumeClaim?.claimName ?? []),
  );
  assert.ok(claims.length >= 2);
  for (const claim of claims) assert.is(claim, only("PersistentVolumeClaim").metadata?.name);
});

test("kustomize applies every file of its folder", () => {
  const listed = only("Kustomization").resources.map((file: string) => `deploy/kubernetes/api/${file}`);
  const there = objects.map(({ file }) => file).filter((file) => /\/api\/(?!kustomization)/.test(file));
  assert.equal(listed.sort(), there.sort());
});

test("what serves is asked whether it is ready and whether it lives, and has time to end", () => {
  for (const object of [only("Deployment"), only("InferenceService")]) {
    const pod = podOf(object);
    const [{ args, ports, startupProbe, readinessProbe, livenessProbe }] = pod.containers;
    assert.is(startupProbe.httpGet.path, "/v2/health/ready");
    assert.is(readinessProbe.httpGet.path, "/v2/health/ready");
    assert.is(livenessProbe.httpGet.path, "/v2/health/live");
    for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
      assert.ok([ports[0].name, ports[0].containerPort].includes(probe.httpGet.port));
    }
    const flags = flagsOf(args);
    assert.is(flags.command, "serve");
    assert.is(flags.host, "0.0.0.0");
    assert.is(flags.port, String(ports[0].containerPort));
    // Ten seconds is what the server takes at most to end, after the delay.
    assert.ok(Number(flags["drain-delay"]) + 10 < pod.terminationGracePeriodSeconds);
    // It is not ready anymore before it stops to serve.
    assert.ok(Number(flags["drain-delay"]) >= 2 * readinessProbe.periodSeconds);
  }
});

test("KServe finds the container that answers", () => {
  const { apiVersion, metadata, spec } = only("InferenceService") as KubernetesObject;
  assert.is(apiVersion, "serving.kserve.io/v1beta1");
  assert.is((metadata as KubernetesObject).annotations["serving.kserve.io/deploymentMode"], "Standard");
  const [container, ...others] = spec.predictor.containers;
  assert.is(container.name, "kserve-container");
  assert.is(container.ports[0].containerPort, 8080);
  assert.equal(others, []);
  assert.ok(spec.predictor.scaleTarget <= 100);
});

test("the Indexed Job gives an index up at once where the next try would end the same", () => {
  const { spec } = only("Job", "mnist-runs");
  assert.is(spec.completionMode, "Indexed");
  assert.is(spec.template.spec.restartPolicy, "Never");
  assert.ok(spec.backoffLimitPerIndex > 0 && spec.maxFailedIndexes > 0);
  assert.ok(spec.parallelism <= spec.completions);
  const [first, second] = spec.podFailurePolicy.rules;
  assert.is(first.action, "FailIndex");
  assert.equal(first.onExitCodes.values, [2, 3]);
  assert.is(first.onExitCodes.containerName, spec.template.spec.containers[0].name);
  assert.is(second.action, "Ignore");
  assert.is(second.onPodConditions[0].type, "DisruptionTarget");
  // Not allowed to differ where there is a policy.
  assert.is(spec.podReplacementPolicy, "Failed");
});

test("every flag in them is one that the program knows", () => {
  for (const object of withPods) {
    for (const { args, command } of podOf(object).containers) flagsOf(command ? ["train", ...args] : args);
  }
  const { data } = only("ConfigMap");
  const lines = data.settings.trim().split("\n");
  assert.ok(lines.length > 1);
  for (const line of lines) assert.ok(flagsOf(["train", ...line.split(" ")]).model);
});

test.run();
