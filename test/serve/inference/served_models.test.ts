// Which version answers while the registry changes, or cannot be read, and what it costs when requests name versions.

import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ServedModels } from "../../../serve/inference/served_models.ts";
import type { Log } from "../../../serve/log/log.ts";
import { serveSettings } from "../../../serve/options.ts";
import { Service } from "../../../serve/service.ts";
import { registryFile, versionFile } from "../../../store/versions/registry.ts";
import { IDS, outputsWithRuns, promote } from "../../support/versions.ts";

const test = suite("served models");
const folder = mkdtempSync(join(tmpdir(), "simdgrad-served-"));
test.after(() => rmSync(folder, { recursive: true }));

/** Models of which two versions were promoted, the second after they were loaded; and what they logged as errors. */
async function withPromotion() {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  const errors: string[] = [];
  const ignore = (): void => {};
  const error = (fields: object): void => void errors.push(String((fields as { reason: unknown }).reason));
  const log: Log = {
    ...{ debug: ignore, info: ignore, warn: ignore, error, request: ignore, flush: ignore },
    close: async () => {},
  };
  const models = new ServedModels({ outputs, log });
  await promote(outputs, IDS[1]);
  return { outputs, models, errors, current: async () => (await models.get("linear")).version };
}

test("a registry that the system does not let be looked at is logged once, and followed when it can be again", async () => {
  const { outputs, models, errors, current } = await withPromotion();
  const path = registryFile(outputs, "linear");
  renameSync(path, `${path}.aside`);
  symlinkSync("versions.jsonl", path); // It leads to itself: ELOOP.
  for (let i = 0; i < 3; i++) await models.refresh();
  assert.is(await current(), "1");
  assert.is(errors.length, 1, errors.join("\n"));
  assert.match(errors[0], /ELOOP/);
  unlinkSync(path);
  renameSync(`${path}.aside`, path);
  await models.refresh();
  assert.is(await current(), "2");
});

test("a checkpoint that was unreadable for a moment is loaded once it is there, though the registry stays as it is", async () => {
  const { outputs, models, errors, current } = await withPromotion();
  const path = versionFile({ outputs, model: "linear" }, 2);
  renameSync(path, `${path}.aside`);
  for (let i = 0; i < 3; i++) await models.refresh();
  assert.is(await current(), "1");
  assert.is(errors.length, 1, errors.join("\n"));
  renameSync(`${path}.aside`, path);
  await models.refresh();
  assert.is(await current(), "2");
});

test("requests that name a version at the same time share one load, during which it does not count as failed", async () => {
  const { models } = await withPromotion();
  await models.refresh();
  const both = [models.get("linear", "1"), models.get("linear", "1")];
  await Promise.resolve();
  assert.is(models.hasFailed("linear", "1"), false);
  const [one, other] = await Promise.all(both);
  assert.is(one, other);
  assert.is(await models.get("linear", "1"), one);
  assert.is(models.isCurrent(one), false);
});

test("versions that requests name are loaded one at a time, with a rest between in which others are answered", async () => {
  const { outputs, models } = await withPromotion();
  await promote(outputs, IDS[2]);
  await models.refresh();
  const times: number[] = [];
  const load = (version: string) => models.get("linear", version).then(() => times.push(performance.now()));
  await Promise.all(["0", "1", "2"].map(load));
  for (const [i, time] of times.entries()) if (i > 0) assert.ok(time - times[i - 1] > 45, `${times}`);
});

test("a version that is damaged is logged once, however often it is asked for", async () => {
  const { outputs, models, errors } = await withPromotion();
  await models.refresh();
  rmSync(versionFile({ outputs, model: "linear" }, 1));
  for (let i = 0; i < 3; i++) {
    const problem = await models.get("linear", "1").catch((error: { status: number }) => error.status);
    assert.is(problem, 503);
  }
  assert.is(errors.length, 1);
  assert.is(models.hasFailed("linear", "1"), true);
});

test("a service follows promotions where its entry tells it to, and not by itself", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  const service = new Service({ settings: serveSettings({ outputs, logLevel: "silent" }) });
  let looked = 0;
  service.models.refresh = async () => {
    looked++;
  };
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.is(looked, 0);
  service.models.watch();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.ok(looked > 0);
  await service.close();
});

test.run();
