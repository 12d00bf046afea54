// Debian's buildah, with a storage of its own: images are built and looked at without a daemon.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Of a Dockerfile's last stage, as the image holds it. */
export interface ImageConfig {
  User: string;
  Env: string[];
  Entrypoint: string[];
  Cmd: string[];
  WorkingDir: string;
  StopSignal: string;
  Volumes: Record<string, object>;
  ExposedPorts: Record<string, object>;
  Healthcheck: { Test: string[] };
  Labels: Record<string, string>;
}

export class Buildah {
  /** Gone with `close()`. */
  readonly folder = mkdtempSync(join(tmpdir(), "simdgrad-image-"));

  /** @throws it is not there, or fails; the message ends with what it printed last */
  run(...args: string[]): string {
    const policy = join(this.folder, "policy.json");
    writeFileSync(policy, JSON.stringify({ default: [{ type: "insecureAcceptAnything" }] }));
    const storage = ["--root", join(this.folder, "storage"), "--runroot", join(this.folder, "run")];
    const [command, ...rest] = args;
    const signatures = ["bud", "from"].includes(command) ? ["--signature-policy", policy] : [];
    try {
      return execFileSync("buildah", [...storage, "--storage-driver", "vfs", command, ...signatures, ...rest], {
        encoding: "utf8",
        env: { ...process.env, BUILDAH_ISOLATION: "chroot" },
        maxBuffer: 1 << 26,
        stdio: ["ignore", "pipe", "pipe"],
      }).trim();
    } catch (error) {
      const { code, stderr, stdout, message } = error as NodeJS.ErrnoException & { stderr?: string; stdout?: string };
      if (code === "ENOENT") throw new Error("There is no buildah here. It needs: apt-get install -y buildah iproute2");
      throw new Error(`buildah ${command} failed: ${`${stdout}${stderr}`.slice(-3000) || message}`);
    }
  }

  /** Builds the Dockerfile of a folder, from images that are here; `docker` keeps the HEALTHCHECK. */
  build(folder: string, tag: string): void {
    this.run("bud", "--isolation", "chroot", "--format", "docker", "--pull-never", "--tag", tag, folder);
  }

  configOf(image: string): ImageConfig {
    return JSON.parse(this.run("inspect", "--type", "image", image)).Docker.config;
  }

  /** The image's files, in a folder that may be changed. */
  mount(image: string): string {
    return this.run("mount", this.run("from", "--pull-never", image));
  }

  /** An empty folder for a test. */
  subfolder(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
