// Who may publish: scripts/release_check.mjs, asked with an npm that answers as the registry might.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("npm run release:check");

const folder = mkdtempSync(join(tmpdir(), "simdgrad-release-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const { name, version, scripts } = JSON.parse(readFileSync("package.json", "utf8"));

interface Answer {
  stdout: string;
  status: number;
}

const LOGGED_IN: Answer = { stdout: "we\n", status: 0 };

/** What the check says where npm answers so to `whoami` and to `view`. */
function check(whoami: Answer, view: Answer): { said: string; status: number | null } {
  const npm = join(folder, "npm");
  const cases = Object.entries({ whoami, view }).map(
    ([command, { stdout, status }]) => `${command}) printf '%s' '${stdout}'; exit ${status};;`,
  );
  writeFileSync(npm, `#!/bin/sh\ncase $1 in ${cases.join(" ")} esac\n`);
  chmodSync(npm, 0o755);
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
  const { stdout, stderr, status } = spawnSync(process.execPath, ["scripts/release_check.mjs"], {
    env,
    encoding: "utf8",
  });
  return { said: stdout + stderr, status };
}

function published(maintainers: unknown, versions: unknown): Answer {
  return { stdout: JSON.stringify({ maintainers, versions }), status: 0 };
}

test("npm publish asks it", () => {
  assert.is(scripts.prepublishOnly, scripts["release:check"]);
  assert.is(scripts.prepublishOnly, "node scripts/release_check.mjs");
});

test("a name that nobody has passes, and one of ours with a new version", () => {
  const free = check(LOGGED_IN, { stdout: '{"error": {"code": "E404", "summary": "Not Found"}}', status: 1 });
  assert.match(free.said, `release: ${name} is free: publishing as we takes the name.`);
  assert.is(free.status, 0);
  for (const maintainers of [
    "we <we@example.org>",
    ["they <they@example.org>", "we <we@example.org>"],
    [{ name: "we" }],
  ]) {
    const ours = check(LOGGED_IN, published(maintainers, "0.0.1"));
    assert.is(ours.said, `release: ${name} belongs to we, and ${version} is new.\n`);
    assert.is(ours.status, 0);
  }
});

test("somebody else's name fails, and a version that exists", () => {
  // "we" is no part of a name: only the whole of it counts.
  for (const maintainers of ["weird <weird@example.org>", ["they <we@example.org>"], undefined]) {
    const theirs = check(LOGGED_IN, published(maintainers, ["0.0.1"]));
    assert.match(theirs.said, `release: ${name} on the registry belongs to`);
    assert.match(theirs.said, "not to we. Do not publish");
    assert.is(theirs.status, 1);
  }
  const again = check(LOGGED_IN, published("we <we@example.org>", ["0.0.1", version]));
  assert.match(again.said, `${name} ${version} is published already`);
  assert.is(again.status, 1);
});

test("a registry that does not answer fails, and so does npm without a user", () => {
  const offline = check(LOGGED_IN, { stdout: '{"error": {"code": "ENOTFOUND", "summary": "network"}}', status: 1 });
  assert.is(offline.said, `release: the registry does not say who owns ${name}: network\n`);
  assert.is(offline.status, 1);
  for (const stdout of ["", "null", "<html>"]) {
    const broken = check(LOGGED_IN, { stdout, status: 1 });
    assert.match(broken.said, `release: the registry does not say who owns ${name}`);
    assert.is(broken.status, 1);
  }
  const nobody = check({ stdout: "", status: 1 }, published("we", []));
  assert.is(nobody.said, "release: npm knows no user; run npm login. Nothing was checked.\n");
  assert.is(nobody.status, 1);
});

test.run();
