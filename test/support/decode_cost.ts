// A process that reads the picture in the file that it is given, and prints what that took, as JSON: see picture_cost.ts.

import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { decodePicture } from "../../data/decode_picture.ts";
import { preprocessDigit } from "../../data/preprocess.ts";
import { digitPng } from "./digit_png.ts";

/** The most memory that this process ever had. Linux counts its parent's in `maxRSS`, from before it began. */
function peakBytes(): number {
  const status = "/proc/self/status";
  const peak = existsSync(status) ? /VmHWM:\s*(\d+) kB/.exec(readFileSync(status, "utf8"))?.[1] : undefined;
  return 1024 * Number(peak ?? process.resourceUsage().maxRSS);
}

// What is made once is made before it counts.
preprocessDigit(decodePicture(digitPng(1), "warm-up"));
const bytes = readFileSync(process.argv[2]);
const before = process.memoryUsage.rss();
const started = process.cpuUsage();
let message = "accepted";
try {
  preprocessDigit(decodePicture(bytes, "hostile.png"));
} catch (error) {
  message = (error as Error).message;
}
const { user, system } = process.cpuUsage(started);
const addedMiB = (peakBytes() - before) / 2 ** 20;
process.stdout.write(JSON.stringify({ message, cpuMs: (user + system) / 1000, addedMiB }));
