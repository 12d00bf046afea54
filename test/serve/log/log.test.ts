import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Log, type LogOptions, makeLog } from "../../../serve/log/log.ts";

const test = suite("log");

const folder = mkdtempSync(join(tmpdir(), "simdgrad-log-"));
test.after(() => rmSync(folder, { recursive: true }));

const REQUEST = {
  request_id: "01998f5c-7b6e-7a2c-9a52-0b8f3f6f2b11",
  method: "POST",
  route: "/predict",
  status: 200,
  ms: 1.234,
  address: "203.0.113.7",
} as const;

/** The lines that `use` leaves, as objects. */
async function linesOf(options: Omit<LogOptions, "fd">, use: (log: Log) => void): Promise<Record<string, unknown>[]> {
  const file = join(folder, "log");
  const fd = openSync(file, "w");
  const log = makeLog({ ...options, fd });
  use(log);
  await log.close();
  try {
    closeSync(fd);
  } catch {
    // Closed with the log.
  }
  const text = readFileSync(file, "utf8");
  assert.ok(text === "" || text.endsWith("\n"));
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

test("a request is one line of JSON: when, which process, what was asked, how it went", async () => {
  const traced = { ...REQUEST, trace_id: "4bf92f3577b34da6a3ce929d0e0e4736", parent_span_id: "00f067aa0ba902b7" };
  const [{ time, pid, ...line }, ...more] = await linesOf({ level: "info" }, (log) => log.request(traced));
  assert.is(more.length, 0);
  assert.ok(Math.abs(Date.parse(time as string) - Date.now()) < 60_000);
  assert.match(time as string, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.is(pid, process.pid);
  assert.equal(line, { level: "info", msg: "request", ...traced });
});

test("what a client or a file says stays within its line", async () => {
  const problem = 'two\nlines, "quotes", \u2028 and \u001b[31m colour';
  const lines = await linesOf({ level: "info" }, (log) => log.request({ ...REQUEST, status: 400, problem }));
  assert.equal([lines.length, lines[0].problem], [1, problem]);
  assert.not.ok(readFileSync(join(folder, "log"), "utf8").includes("\u001b"));
});

test("addresses are left out where they are to be", async () => {
  const lines = await linesOf({ level: "info", withAddress: false }, (log) => {
    log.request(REQUEST);
    log.info({ address: REQUEST.address, status: 431 }, "not a request");
  });
  assert.equal(lines.map(({ route, status, address }) => ({ route, status, address })), [{ route: "/predict", status: 200, address: undefined }, { route: undefined, status: 431, address: undefined }]); // biome-ignore format: one line
});

test("our failures are errors, what is overload or shutdown a warning, and probes and scrapes are for debugging", async () => {
  const severities = async (level: LogOptions["level"]): Promise<unknown[]> => {
    const lines = await linesOf({ level }, (log) => {
      for (const status of [200, 404, 429, 500, 503]) log.request({ ...REQUEST, status });
      for (const route of ["/metrics", "/v2/health/ready"]) log.request({ ...REQUEST, route });
      log.request({ ...REQUEST, route: "/v2/health/ready", status: 503 });
    });
    return lines.map((line) => line.level);
  };
  assert.equal(await severities("debug"), ["info", "info", "info", "error", "warn", "debug", "debug", "warn"]);
  assert.equal(await severities("info"), ["info", "info", "info", "error", "warn", "warn"]);
  assert.equal(await severities("error"), ["error"]);
  assert.equal(await severities("silent"), []);
});

test("other lines have their fields and a message", async () => {
  const lines = await linesOf({ level: "info" }, (log) => {
    log.info({ model: "cnn", version: "2" }, "another version is current");
    log.debug({}, "not at this level");
  });
  const [{ level, model, version, msg }, ...more] = lines;
  assert.equal([level, model, version, msg, more.length], ["info", "cnn", "2", "another version is current", 0]);
});

test("lines that are not gathered are written at once", () => {
  const file = join(folder, "at once");
  const log = makeLog({ level: "info", isGathered: false, fd: openSync(file, "w") });
  log.info({}, "here");
  assert.match(readFileSync(file, "utf8"), /"msg":"here"\}\n$/);
});

const PROGRAM = (rest: string): string => `
  import { makeLog } from "./serve/log/log.ts";
  const log = makeLog({ level: "info" });
  for (let i = 0; i < 500; i++) log.info({ i }, "line");
  ${rest}`;
const RUN = ["--import", "tsx", "--input-type=module", "-e"];

test("a process that ends, however it does but by SIGKILL, has written every line", () => {
  for (const end of ["", "process.exit(0);"]) {
    const output = execFileSync(process.execPath, [...RUN, PROGRAM(end)], { encoding: "utf8" });
    const numbers = output.split("\n").slice(0, -1).map((line) => JSON.parse(line).i); // biome-ignore format: one line
    assert.equal(numbers, Array.from({ length: 500 }, (_, i) => i), end); // biome-ignore format: one line
  }
});

test("a reader that goes away does not end the server", async () => {
  const program = PROGRAM(`
    setTimeout(() => { for (let i = 0; i < 5000; i++) log.info({ i }, "line"); }, 200);
    setTimeout(() => { process.stderr.write("still here"); }, 600);`);
  const child = spawn(process.execPath, [...RUN, program], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.once("data", () => child.stdout.destroy());
  let said = "";
  child.stderr.on("data", (data) => {
    said += data;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal([said, code], ["still here", 0]);
});

test.run();
