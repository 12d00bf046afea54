// Before anything is published: is the package's name ours on the registry, and is this version new?
//
//   npm run release:check      also run by npm publish (prepublishOnly), which its failure stops
//
// Until the first release nobody owns the name there: whoever publishes first does. So a name that is free passes, and so
// does one whose owners include the user that npm is logged in as. Everything else fails, and so does a registry that
// does not answer: not knowing is no permission.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";

const { name, version } = JSON.parse(readFileSync("package.json", "utf8"));
const user = whoami();
const published = ask();
if (published === null) {
  pass(`${name} is free: publishing as ${user} takes the name. Do so before any document says "npm install ${name}".`);
} else if (!published.owners.includes(user)) {
  fail(
    `${name} on the registry belongs to ${published.owners.join(", ")}, not to ${user}. Do not publish, and name the ` +
      "package in no document: use another name in package.json.",
  );
} else if (published.versions.includes(version)) {
  fail(`${name} ${version} is published already; raise the version in package.json.`);
} else {
  pass(`${name} belongs to ${user}, and ${version} is new.`);
}

function whoami() {
  const { status, stdout } = npm("whoami");
  return status === 0 ? stdout.trim() : fail("npm knows no user; run npm login. Nothing was checked.");
}

/** @returns who owns the name and which versions there are; null where nobody does */
function ask() {
  const { status, stdout, stderr } = npm("view", name, "maintainers", "versions", "--json");
  const answer = parse(stdout);
  if (status === 0) {
    const list = (value) => [value ?? []].flat();
    const owners = list(answer.maintainers).map((owner) => (owner.name ?? owner).replace(/ <.*/, ""));
    return { owners, versions: list(answer.versions) };
  }
  if (answer.error?.code === "E404") return null;
  return fail(`the registry does not say who owns ${name}: ${(answer.error?.summary ?? stderr).trim()}`);
}

function npm(...args) {
  const result = spawnSync("npm", args, { encoding: "utf8", shell: process.platform === "win32", timeout: 60_000 });
  return { ...result, stdout: result.stdout ?? "", stderr: result.stderr ?? `${result.error}` };
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {}; // npm was stopped before it could say
  }
}

function pass(message) {
  console.log(`release: ${message}`);
}

function fail(message) {
  console.error(`release: ${message}`);
  process.exit(1);
}
