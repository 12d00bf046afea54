// docs/rest-api.md, run as it stands: curl, Debian's python3-requests, and Node.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../serve/index.ts";

const test = suite("docs/rest-api.md");
const PAGE = readFileSync("docs/rest-api.md", "utf8");
const SNIPPET = /<!-- run in (\S+) -->\n```(\w+)\n([\s\S]*?)```\n```\w+\n([\s\S]*?)```/g;
/** The reference's README calls its server so, and clients of it must work unchanged. */
const ADDRESS = "http://localhost:8000";
const NEEDED = { sh: "curl", python: "python3-requests", js: "node" } as const;
let server: RunningServer;

test.before(async () => {
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
});
test.after(() => server.close());

const commandOf: Record<string, (code: string) => [program: string, ...args: string[]]> = {
  sh: (code) => ["sh", "-e", "-c", code],
  // The system's own, whatever stands first in PATH.
  python: (code) => ["sh", "-c", 'exec "$(command -p -v python3)" -c "$0"', code],
  js: (code) => [process.execPath, "--input-type=module", "-e", code],
};

async function run(language: string, code: string, cwd: string): Promise<string> {
  const [program, ...args] = commandOf[language](code.replaceAll(ADDRESS, server.url));
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  const [status] = await once(child, "close");
  const needed = NEEDED[language as keyof typeof NEEDED];
  assert.is(status, 0, `it failed; it needs: apt-get install -y ${needed}\n${texts.stderr}`);
  return texts.stdout;
}

/** What was printed, where `…` stands for anything. */
function matches(printed: string, expected: string): boolean {
  const parts = expected
    .trim()
    .split("…")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[\\s\\S]*?")}$`).test(printed.trim());
}

const snippets = [...PAGE.matchAll(SNIPPET)].map(([, folder, language, code, expected]) => ({
  ...{ folder, language, code, expected },
}));

for (const [i, { folder, language, code, expected }] of snippets.entries()) {
  test(`snippet ${i + 1}, ${language}, prints what stands under it`, async () => {
    const printed = await run(language, code, folder);
    assert.ok(matches(printed, expected), `${code}\nprinted:\n${printed}`);
  });
}

test("every snippet but the start of the server is run", () => {
  const all = PAGE.match(/^```(sh|python|js)$/gm) ?? [];
  assert.is(snippets.length, all.length - 1);
  assert.equal([...new Set(snippets.map(({ language }) => language))].sort(), ["js", "python", "sh"]);
});

test("the page holds the lines of the reference's README, unchanged", () => {
  assert.ok(PAGE.includes('requests.post(url, files={"file": open("7.png", "rb")}, data={"model_type": "cnn"})'));
  assert.ok(PAGE.includes('curl -X POST -F "file=@7.png" -F "model_type=cnn" http://localhost:8000/predict'));
});

test("what differs from the page is noticed", () => {
  assert.ok(matches('{"a":1,"b":2}', '{"a":…}'));
  assert.not.ok(matches('{"a":1}', '{"b":…}'));
  assert.not.ok(matches("7 0.959", "7 0.958"));
});

test.run();
