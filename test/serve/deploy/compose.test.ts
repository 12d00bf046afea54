// compose.yaml and the files that it mounts.

import { existsSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { read } from "../../support/sources.ts";
import { flagsOf } from "./flags_of.ts";

const test = suite("compose.yaml");

interface ComposeService {
  [key: string]: unknown;
  command?: string[];
  volumes: string[];
  ports?: string[];
}

const { services, volumes } = parse(read("compose.yaml"), { merge: true }) as {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
};
const { api, nginx, train } = services;
const nginxConf = read("deploy/nginx/nginx.conf");

test("no service may write to its image, keep a capability or gain one, or grow without bounds", () => {
  for (const [name, service] of Object.entries(services)) {
    assert.is(service.read_only, true, name);
    assert.equal(service.cap_drop, ["ALL"], name);
    assert.equal(service.security_opt, ["no-new-privileges:true"], name);
    for (const limit of ["mem_limit", "cpus", "pids_limit"]) assert.ok(service[limit], `${name}: ${limit}`);
    assert.ok(JSON.stringify(service.logging).includes("max-size"), name);
  }
});

test("what serves comes back by itself; training ends", () => {
  for (const name of ["api", "nginx", "prometheus", "grafana"]) assert.is(services[name].restart, "unless-stopped");
  assert.is(train.restart, "no");
});

test("training and monitoring run when their profiles are named, serving always", () => {
  assert.equal(
    Object.entries(services).map(([name, { profiles }]) => [name, profiles]),
    [
      ["api", undefined],
      ["nginx", undefined],
      ["train", ["training"]],
      ["prometheus", ["monitoring"]],
      ["grafana", ["monitoring"]],
    ],
  );
});

test("every file that is mounted is there, and so is every volume", () => {
  for (const { volumes: mounts } of Object.values(services)) {
    for (const mount of mounts) {
      const [source] = mount.split(":");
      assert.ok(source.startsWith("./") ? existsSync(source) : source in volumes, mount);
    }
  }
});

test("api serves where nginx looks for it, and has no port of the machine's, so that there may be several", () => {
  const flags = flagsOf(api.command as string[]);
  assert.is(flags.command, "serve");
  assert.is(flags.host, "0.0.0.0");
  assert.ok(nginxConf.includes(`http://api:${flags.port};`));
  assert.is(flags["trust-proxy"], "1");
  assert.is(api.ports, undefined);
  // Prometheus asks each container, past nginx.
  assert.ok(read("deploy/prometheus/prometheus.yml").includes(`port: ${flags["metrics-port"]}\n`));
  assert.ok(api.volumes.every((mount) => mount.endsWith(":ro")));
  assert.ok(nginx.ports?.[0].endsWith(`:${nginxConf.match(/listen (\d+);/)?.[1]}`));
});

test("only nginx is reached from other machines", () => {
  for (const [name, { ports = [] }] of Object.entries(services)) {
    for (const port of ports) assert.ok(name === "nginx" || port.startsWith("127.0.0.1:"), `${name}: ${port}`);
  }
});

test("nginx waits longer for an answer than the server takes at most", () => {
  const waits = Number(nginxConf.match(/proxy_read_timeout (\d+)s/)?.[1]);
  assert.ok(waits > Number(flagsOf(api.command as string[]).timeout ?? 10), `${waits}`);
});

test("nginx refuses what the server would refuse for its size", () => {
  const most = nginxConf.match(/client_max_body_size (\d+)m;/)?.[1];
  assert.is(Number(most) * 2 ** 20, Number(flagsOf(api.command as string[])["max-body"] ?? 2 ** 20));
});

test("train trains", () => {
  assert.is(flagsOf(train.command as string[]).command, "train");
});

test.run();
