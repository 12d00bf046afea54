// A program in an image's files as compose.yaml and Kubernetes would run it, without an engine: process 1 of its own
// processes, a user without capabilities that can gain none, a network of its own, nothing writable but /data and /tmp.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, readFileSync } from "node:fs";
import type { ImageConfig } from "./buildah.ts";

export interface Confinement {
  root: string;
  config: ImageConfig;
  /** What /data is; it becomes the image's user's. */
  data: string;
  /** Mounted at /settings. */
  settings?: string;
  /** Whether /data can only be read. */
  isDataReadOnly?: boolean;
  env?: Record<string, string>;
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

const CONFINE = `
  root=$1 data=$2 settings=$3 options=$4 user=$5
  shift 5
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount --bind "$data" "$root/data"
  mount -o "remount,bind,$options" "$root/data"
  if [ -n "$settings" ]; then mkdir -p "$root/settings" && mount --bind "$settings" "$root/settings"; fi
  mount --rbind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/tmp"
  mount -t proc proc "$root/proc"
  mount -o remount,bind,ro "$root"
  ip link set lo up
  exec setpriv --no-new-privs chroot --userspec="$user" --groups="\${user#*:}" "$root" /usr/bin/env -i -C /data "$@"`;

/** A running program. */
export class Confined {
  readonly ended: Promise<Ended>;
  stdout = "";
  stderr = "";
  private readonly child: ChildProcess;

  /** @param command in place of the image's entry point and command */
  constructor({ root, config, data, settings = "", isDataReadOnly = false, env = {} }: Confinement, command: string[]) {
    const [user, group] = config.User.split(":").map(Number);
    chownSync(data, user, group);
    const variables = [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
    const script = ["-euc", CONFINE, "confine", root, data, settings, isDataReadOnly ? "ro" : "rw", config.User];
    this.child = spawn(
      "unshare",
      [
        "--mount",
        "--pid",
        "--net",
        "--ipc",
        "--uts",
        "--fork",
        "--kill-child",
        "sh",
        ...script,
        ...variables,
        ...command,
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    this.child.stdout?.setEncoding("utf8").on("data", (text) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("close", (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  /** Its number out here: unshare's only child. */
  get pid(): number {
    const { pid } = this.child;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim());
  }

  /** As an engine stops it: the signal goes to process 1. */
  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** What a program of this machine prints in its network. @throws it fails */
  inItsNetwork(command: string, ...args: string[]): string {
    return execFileSync("nsenter", ["--net", "--target", String(this.pid), command, ...args], { encoding: "utf8" });
  }

  /** A second program beside it, in the same files and network, as `docker exec` starts one. */
  exec(...command: string[]): { code: number; output: string } {
    const pid = String(this.pid);
    const enter = ["--net", "--mount", "--pid", "--root", "--target", pid, "--setuid", "1000", "--setgid", "1000"];
    try {
      const output = execFileSync("nsenter", [...enter, "/usr/bin/env", "-C", "/data", ...command], {
        encoding: "utf8",
        env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
        stdio: ["ignore", "pipe", "pipe"],
      });
      return { code: 0, output };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { code: status, output: `${stdout}${stderr}` };
    }
  }

  end(): void {
    this.child.kill("SIGKILL");
  }
}
