// Makes a finished run of `mnist train` the network that is shipped: its weights, and beside them how they were made.
//
//   node scripts/ship_run.mjs outputs/cnn/20261125-162253
//
// The seed is 0, so that nobody chose the weights by what they reach on the test images.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** Flags, with a value or without, on which the weights do not depend. */
const WITH_VALUE = ["--data", "--threads", "--out", "--save-every"];
const ALONE = ["--json", "--quiet"];
/** Of run.json, what concerns this machine or that process. */
const LOCAL = ["runner", "checkpoint", "resumed", "max_seconds", "error"];

const [folder] = process.argv.slice(2);
if (!folder) fail("give the folder of a run");
const run = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
if (run.status !== "done") fail(`${folder} is ${run.status}; a run that is done is shipped`);
if (run.dataset.name !== "mnist" || (run.dataset.trained_on ?? "MNIST") !== "MNIST" || run.limit !== null)
  fail(`${folder} was not trained on all of MNIST`);
if (run.seed !== 0) fail(`${folder} has seed ${run.seed}; 0 is shipped`);

const shipped = Object.fromEntries(Object.entries(run).filter(([name]) => !LOCAL.includes(name)));
shipped.command = plainCommand(run.command);
const target = join("models", "pretrained", run.model);
copyFileSync(join(folder, "model.safetensors"), `${target}.safetensors`);
writeFileSync(`${target}.json`, `${JSON.stringify(shipped, null, 2)}\n`);
console.log(`${target}.safetensors: ${shipped.command}, ${(100 * run.test_accuracy).toFixed(2)} % of the test images`);

function plainCommand(command) {
  const words = command.match(/(?:'[^']*'|\S)+/g);
  const kept = [];
  for (let i = 0; i < words.length; i++) {
    const [flag, value] = words[i].split("=");
    if (ALONE.includes(flag)) continue;
    if (!WITH_VALUE.includes(flag)) kept.push(words[i]);
    else if (value === undefined) i++;
  }
  return kept.join(" ");
}

function fail(why) {
  console.error(`ship_run: ${why}.`);
  process.exit(1);
}
