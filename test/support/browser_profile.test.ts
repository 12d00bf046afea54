// A browser's folder is removed while its other processes still write into it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeProfile, removeProfile } from "./browser.ts";

const test = suite("browser profile");

/** Fills the cache's folder for a second, as the rest of a browser does that was killed. */
const WRITER = `
  const { mkdirSync, writeFileSync } = require("node:fs");
  const cache = process.argv[1];
  mkdirSync(cache, { recursive: true });
  // So many that going through them once takes a while, in which more appear.
  for (let i = 0; i < 3000; i++) writeFileSync(cache + "/a" + i, "");
  process.send("begun");
  const end = Date.now() + 1000;
  for (let i = 0; Date.now() < end; i++) {
    try {
      writeFileSync(cache + "/" + i, "");
    } catch {}
  }
  process.exit(0);
`;

test("is removed while another process writes into it", async () => {
  const profile = makeProfile();
  const args = ["-e", WRITER, join(profile, "Default", "Cache")];
  const writer = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  await new Promise((resolve) => writer.once("message", resolve));
  const gone = new Promise((resolve) => writer.once("exit", resolve));
  try {
    await removeProfile(profile);
    assert.not.ok(existsSync(profile));
  } finally {
    writer.kill();
    await gone;
  }
});

test.run();
