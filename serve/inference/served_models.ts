// ServedModels: which version of each network answers, as mnist promote and mnist rollback say while the server runs.
//
// The registry's file is looked at once a second. A version that became current is loaded and warmed up while the one before
// goes on answering, and takes its place in one assignment; requests that wait for the old one keep it.

import { statSync } from "node:fs";
import { reasonOf } from "../../lib/base/system_error.ts";
import { CheckpointError, NotFoundError } from "../../lib/index.ts";
import { isModelName, MODEL_NAMES, type ModelName, networkOf } from "../../models/index.ts";
import { loadModel } from "../../store/checkpoints/load_model.ts";
import type { CheckpointSelector } from "../../store/checkpoints/selector.ts";
import {
  promotionOf,
  type Registry,
  readRegistry,
  registryFile,
  versionNumbers,
} from "../../store/versions/registry.ts";
import type { VersionRecord } from "../../store/versions/version_record.ts";
import { Problem } from "../http/problem.ts";
import type { Log } from "../log/log.ts";
import { ServedModel, SHIPPED_VERSION } from "./served_model.ts";

interface Row {
  name: ModelName;
  current: ServedModel;
  /** SHA-256 of the current one's weights as the registry had it; null for the shipped ones. */
  promoted: string | null;
  registry: Registry;
  /** Of the registry's file, as it was when it was read. */
  mark: string;
  /** Versions that requests named, the one used last at the end. */
  others: Map<string, ServedModel>;
  /** Versions whose checkpoint could not be loaded when it was last tried. */
  failed: Set<string>;
}

/** Versions of a network that are kept beside the current one. */
const MOST_OTHERS = 4;
const EVERY_MS = 1000;

export interface ServedModelsOptions {
  outputs: string;
  log: Log;
  /** A version became current. */
  onPromoted?: (model: ServedModel) => void;
}

export class ServedModels {
  private readonly rows = new Map<ModelName, Row>();
  private timer: NodeJS.Timeout | undefined;

  /** Loads and warms up the current version of every network. @throws {CheckpointError} one cannot be loaded */
  constructor(private readonly options: ServedModelsOptions) {
    for (const name of MODEL_NAMES) {
      const mark = this.markOf(name);
      const registry = readRegistry(options.outputs, name);
      if (!registry.current && !networkOf(name).isShipped) continue;
      const current = this.loadVersion(name, registry.current ? String(registry.current.version) : SHIPPED_VERSION);
      const promoted = registry.current?.weightsSha256 ?? null;
      this.rows.set(name, { name, current, promoted, registry, mark, others: new Map(), failed: new Set() });
    }
  }

  /** Follows promotions and rollbacks until `close()`. */
  watch(): void {
    this.timer ??= setInterval(() => this.refresh(), EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** Of the networks that are served, in the table's order. */
  get names(): ModelName[] {
    return [...this.rows.keys()];
  }

  /** The current version of each. */
  get current(): ServedModel[] {
    return [...this.rows.values()].map(({ current }) => current);
  }

  /** The versions that can be named, the shipped weights first. */
  versionsOf(name: ModelName): string[] {
    const row = this.rows.get(name);
    const shipped = networkOf(name).isShipped ? [SHIPPED_VERSION] : [];
    return row ? [...shipped, ...versionNumbers(row.registry).map(String)] : [];
  }

  /** Whether this version could not be loaded when somebody last asked for it. */
  hasFailed(name: ModelName, version: string): boolean {
    return this.rows.get(name)?.failed.has(version) ?? false;
  }

  /** How the version came to be; undefined for the shipped weights, which no promotion made. */
  promotionOf({ name, version }: ServedModel): VersionRecord | undefined {
    const row = this.rows.get(name);
    return row && version !== SHIPPED_VERSION ? promotionOf(row.registry, Number(version)) : undefined;
  }

  /**
   * @param version digits; undefined: the current one
   * @throws {Problem} 404 there is no such network or version; 503 its checkpoint is damaged
   */
  get(name: string, version?: string): ServedModel {
    const row = this.find(name, version);
    if (version === undefined || version === row.current.version) return row.current;
    const known = row.others.get(version);
    const model = known ?? this.loadNamed(row, version);
    row.others.delete(version);
    row.others.set(version, model);
    for (const oldest of row.others.keys()) {
      if (row.others.size <= MOST_OTHERS) break;
      row.others.delete(oldest);
    }
    return model;
  }

  /** The network's name, where it is one that is served, in this version. Loads nothing. @throws {Problem} 404 it is not */
  check(name: string, version?: string): ModelName {
    return this.find(name, version).name;
  }

  private find(name: string, version: string | undefined): Row {
    const row = isModelName(name) ? this.rows.get(name) : undefined;
    if (!row) {
      throw notFound(`no model is called ${JSON.stringify(name.slice(0, 40))}; there are ${this.names.join(" and ")}`);
    }
    if (version === undefined || version === row.current.version) return row;
    const known = this.versionsOf(row.name);
    if (!known.includes(version)) {
      throw notFound(`${name} has no version ${JSON.stringify(version.slice(0, 20))}; it has ${known.join(", ")}`);
    }
    return row;
  }

  /** Looks whether another version is current, and makes it so. One that cannot be loaded leaves the one before. */
  refresh(): void {
    for (const row of this.rows.values()) {
      const mark = this.markOf(row.name);
      if (mark === row.mark) continue;
      row.mark = mark;
      try {
        row.registry = readRegistry(this.options.outputs, row.name);
        this.follow(row);
      } catch (error) {
        const { version } = row.current;
        this.options.log.error(
          { model: row.name, version, reason: reasonOf(error) },
          "the current version cannot be loaded; the one before goes on answering",
        );
      }
    }
  }

  private follow(row: Row): void {
    const { current } = row.registry;
    const version = current ? String(current.version) : SHIPPED_VERSION;
    // A registry that was made anew counts from 1 again: a number alone does not say which weights are meant. And digests of
    // weights are too slow to compute here.
    const promoted = current?.weightsSha256 ?? null;
    row.others.clear();
    if (version === row.current.version && promoted === row.promoted) return;
    if (!current && !networkOf(row.name).isShipped) return;
    const next = this.load(row, version);
    const before = row.current;
    row.current = next;
    row.promoted = promoted;
    this.options.log.info({ model: row.name, version, before: before.version }, "another version is current");
    this.options.onPromoted?.(next);
  }

  private loadNamed(row: Row, version: string): ServedModel {
    const { name } = row;
    try {
      return this.load(row, version);
    } catch (error) {
      if (error instanceof NotFoundError || error instanceof CheckpointError) {
        this.options.log.error({ model: name, version, reason: error.problem }, "a version cannot be loaded");
        throw new Problem(503, `version ${version} of ${name} cannot be loaded; the server's log says why.`, {
          reason: "not_ready",
        });
      }
      throw error;
    }
  }

  private load({ name, failed }: Row, version: string): ServedModel {
    failed.add(version);
    const model = this.loadVersion(name, version);
    failed.delete(version);
    return model;
  }

  private loadVersion(name: ModelName, version: string): ServedModel {
    const selector: CheckpointSelector =
      version === SHIPPED_VERSION ? { kind: "shipped" } : { kind: "version", version: Number(version) };
    return new ServedModel(loadModel(this.options.outputs, selector, name));
  }

  private markOf(name: ModelName): string {
    const stats = statSync(registryFile(this.options.outputs, name), { throwIfNoEntry: false });
    return stats ? `${stats.ino} ${stats.size} ${stats.mtimeMs}` : "none";
  }
}

function notFound(what: string): Problem {
  return new Problem(404, `${what}.`, { reason: "not_found" });
}
