// SelfTest: whether this browser computes right, on demand.

import { signal } from "@preact/signals";
import type { CheckResult } from "../../lib/selftest/index.ts";
import { Icon } from "../look/icon.tsx";
import { fetchBytes, kernelsUrl } from "../read/files.ts";
import { threadScript } from "../workers/thread_script.ts";
import type { FromSelfTest, SelfTestEnd, ToSelfTest } from "./self_test_messages.ts";

/** Null: it does not run, and has not. */
const results = signal<readonly CheckResult[] | null>(null);
const end = signal<SelfTestEnd | null>(null);
const problem = signal<string | null>(null);
const isRunning = signal(false);

export function SelfTest() {
  const groups = new Map<string, CheckResult[]>();
  for (const result of results.value ?? []) groups.set(result.group, [...(groups.get(result.group) ?? []), result]);
  return (
    <section class="settings-part" aria-labelledby="self-test">
      <h3 id="self-test">Does this browser compute correctly?</h3>
      <p class="settings-note">
        Every operation is run on small inputs and checked against plain arithmetic, on this device.
      </p>
      <button type="button" class="button justify-self-start" disabled={isRunning.value} onClick={() => void run()}>
        {isRunning.value ? "Testing …" : "Test it"}
      </button>
      <p role="status" class="settings-verdict">
        {verdict()}
      </p>
      {groups.size > 0 && (
        <table class="settings-table">
          <thead>
            <tr>
              <th scope="col">Operations</th>
              <th scope="col">correct</th>
              <th scope="col">ms</th>
            </tr>
          </thead>
          <tbody>
            {[...groups].map(([group, checks]) => (
              <tr key={group}>
                <th scope="row">{group}</th>
                <td>
                  {checks.filter(({ passed }) => passed).length} of {checks.length}
                </td>
                <td>{Math.round(1000 * checks.reduce((sum, { seconds }) => sum + seconds, 0))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function verdict() {
  const failed = results.value?.filter(({ passed }) => !passed) ?? [];
  if (problem.value !== null || failed.length > 0) {
    const what = problem.value ?? `Wrong: ${failed.map(({ name }) => name).join(", ")}.`;
    return (
      <>
        <Icon name="warning" /> {what} Update the browser, or try another one; if it still fails, please report it with
        this text.
      </>
    );
  }
  if (!end.value) return isRunning.value ? `${results.value?.length ?? 0} checks so far` : "";
  const { checks, seconds, variant, threads, singleThreadBecause } = end.value;
  const on = threads > 1 ? `${threads} threads` : `one thread${singleThreadBecause ? ` (${singleThreadBecause})` : ""}`;
  return (
    <>
      <Icon name="check" /> It does: {checks} checks in {seconds.toFixed(1)} s, {variant} kernels, {on}.
    </>
  );
}

async function run(): Promise<void> {
  isRunning.value = true;
  results.value = [];
  end.value = null;
  problem.value = null;
  try {
    const kernels = await fetchBytes(kernelsUrl());
    await new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL("./self_test_worker.ts", import.meta.url), {
        type: "module",
        name: "self-test",
      });
      worker.onmessage = ({ data }: MessageEvent<FromSelfTest>) => {
        if (data.kind === "check") results.value = [...(results.value ?? []), data.check];
        else if (data.kind === "failed") reject(new Error(data.problem));
        else if (data.kind === "end") {
          end.value = data;
          resolve();
        }
      };
      worker.onerror = () => reject(new Error("The part of the page that tests did not start."));
      worker.postMessage({ kernels, poolUrl: threadScript } satisfies ToSelfTest, [kernels]);
    });
  } catch (error) {
    problem.value = (error as Error).message;
  } finally {
    isRunning.value = false;
  }
}
