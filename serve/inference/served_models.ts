// ServedModels: which version of each network answers, as mnist promote and mnist rollback say while the server runs.
//
// The registry's file is looked at once a second. A version that became current is loaded and warmed up while the one before
// goes on answering, and takes its place in one assignment; requests that wait for the old one keep it.
//
// Loading a version takes the event loop for some milliseconds. A client that names one version after the other makes them be
// loaded again and again, since few are kept: so these are loaded one at a time, with a rest between, and the others wait.

import { stat } from "node:fs/promises";
import { reasonOf, systemCode } from "../../lib/base/system_error.ts";
import { CheckpointError, NotFoundError } from "../../lib/index.ts";
import { isModelName, MODEL_NAMES, type ModelName, networkOf } from "../../models/index.ts";
import { type LoadedModel, loadModel } from "../../store/checkpoints/load_model.ts";
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
  /** Of the registry's file, as it was when `refresh` read it; null: it has not yet. */
  mark: string | null;
  /** Whether `current` is what the registry says; if not, loading that is tried again. */
  isFollowed: boolean;
  /** Versions that requests named, the one used last at the end. */
  others: Map<string, ServedModel>;
  /** Those that are being loaded, or wait for it. */
  loading: Map<string, Promise<ServedModel>>;
  /** Versions whose checkpoint could not be loaded when it was last tried. */
  failed: Set<string>;
  /** Why the registry could not be followed: each reason is logged once until it can. */
  logged: Set<string>;
}

/** Versions of a network that are kept beside the current one. */
const MOST_OTHERS = 4;
const EVERY_MS = 1000;
/** Between two versions that requests named: several times as long as loading one takes. */
const REST_MS = 50;

export interface ServedModelsOptions {
  outputs: string;
  log: Log;
  /** A version became current. */
  onPromoted?: (model: ServedModel) => void;
}

export class ServedModels {
  private readonly rows = new Map<ModelName, Row>();
  private timer: NodeJS.Timeout | undefined;
  private refreshing: Promise<void> | null = null;
  /** Resolves when the next version that a request named may be loaded. */
  private turn: Promise<void> = Promise.resolve();

  /** Loads and warms up the current version of every network. @throws {CheckpointError} one cannot be loaded */
  constructor(private readonly options: ServedModelsOptions) {
    for (const name of MODEL_NAMES) {
      const registry = readRegistry(options.outputs, name);
      if (!registry.current && !networkOf(name).isShipped) continue;
      const current = new ServedModel(this.readVersion(name, currentVersion(registry)));
      const promoted = registry.current?.weightsSha256 ?? null;
      this.rows.set(name, {
        ...{ name, current, promoted, registry, mark: null, isFollowed: true },
        ...{ others: new Map(), loading: new Map(), failed: new Set(), logged: new Set() },
      });
    }
  }

  /** Follows promotions and rollbacks until `close()`. */
  watch(): void {
    this.timer ??= setInterval(() => void this.refresh(), EVERY_MS).unref();
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
  async get(name: string, version?: string): Promise<ServedModel> {
    const row = this.find(name, version);
    if (version === undefined || version === row.current.version) return row.current;
    const known = row.others.get(version);
    if (!known) return this.loadNamed(row, version);
    keep(row, known);
    return known;
  }

  /** Whether this is what requests get that name no version. */
  isCurrent(model: ServedModel): boolean {
    return this.rows.get(model.name)?.current === model;
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
  refresh(): Promise<void> {
    this.refreshing ??= this.refreshAll().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  private async refreshAll(): Promise<void> {
    for (const row of this.rows.values()) {
      try {
        await this.refreshRow(row);
        row.logged.clear();
      } catch (error) {
        const reason = reasonOf(error);
        if (row.logged.has(reason)) continue;
        row.logged.add(reason);
        const { version } = row.current;
        this.options.log.error(
          { model: row.name, version, reason },
          "the current version cannot be loaded; the one before goes on answering",
        );
      }
    }
  }

  private async refreshRow(row: Row): Promise<void> {
    const mark = await this.markOf(row.name);
    if (mark !== row.mark) {
      row.registry = readRegistry(this.options.outputs, row.name);
      row.mark = mark;
      row.isFollowed = false;
      // A registry that was made anew counts from 1 again: the same number may mean other weights.
      row.others.clear();
      row.loading.clear();
    }
    if (row.isFollowed) return;
    await this.follow(row);
    row.isFollowed = true;
  }

  private async follow(row: Row): Promise<void> {
    const { current } = row.registry;
    const version = currentVersion(row.registry);
    // The digest, since a number alone does not say which weights are meant. Computing those of weights is too slow here.
    const promoted = current?.weightsSha256 ?? null;
    if (version === row.current.version && promoted === row.promoted) return;
    if (!current && !networkOf(row.name).isShipped) return;
    const next = await this.load(row, version);
    const before = row.current;
    row.current = next;
    row.promoted = promoted;
    this.options.log.info({ model: row.name, version, before: before.version }, "another version is current");
    this.options.onPromoted?.(next);
  }

  /** Whoever asks for the same version meanwhile waits for the same. */
  private loadNamed(row: Row, version: string): Promise<ServedModel> {
    const underWay = row.loading.get(version);
    if (underWay) return underWay;
    const loading = this.inTurn(() => this.loadOrRefuse(row, version));
    row.loading.set(version, loading);
    // Not where the registry changed meanwhile, and the number with it.
    const isLatest = (): boolean => row.loading.get(version) === loading;
    loading
      .then(
        (model) => {
          if (isLatest()) keep(row, model);
        },
        () => {},
      )
      .finally(() => {
        if (isLatest()) row.loading.delete(version);
      });
    return loading;
  }

  /** After what was to be loaded before, and a rest. */
  private inTurn<T>(load: () => Promise<T>): Promise<T> {
    const loaded = this.turn.then(load);
    // A timer counts from when the loop's turn began, which loading is a part of: the rest begins with the next.
    const rest = (): Promise<void> => new Promise((resolve) => setImmediate(() => setTimeout(resolve, REST_MS)));
    this.turn = loaded.then(rest, rest);
    return loaded;
  }

  private async loadOrRefuse(row: Row, version: string): Promise<ServedModel> {
    const { name } = row;
    const isKnown = row.failed.has(version);
    try {
      return await this.load(row, version);
    } catch (error) {
      if (error instanceof NotFoundError || error instanceof CheckpointError) {
        if (!isKnown) {
          this.options.log.error({ model: name, version, reason: error.problem }, "a version cannot be loaded");
        }
        throw new Problem(503, `version ${version} of ${name} cannot be loaded; the server's log says why.`, {
          reason: "not_ready",
        });
      }
      throw error;
    }
  }

  /** In two steps, between which others get their turn. */
  private async load({ name, failed }: Row, version: string): Promise<ServedModel> {
    try {
      const read = this.readVersion(name, version);
      await new Promise((resolve) => setImmediate(resolve));
      const model = new ServedModel(read);
      failed.delete(version);
      return model;
    } catch (error) {
      failed.add(version);
      throw error;
    }
  }

  private readVersion(name: ModelName, version: string): LoadedModel {
    const selector: CheckpointSelector =
      version === SHIPPED_VERSION ? { kind: "shipped" } : { kind: "version", version: Number(version) };
    return loadModel(this.options.outputs, selector, name);
  }

  private async markOf(name: ModelName): Promise<string> {
    try {
      const { ino, size, mtimeMs } = await stat(registryFile(this.options.outputs, name));
      return `${ino} ${size} ${mtimeMs}`;
    } catch (error) {
      const code = systemCode(error);
      if (code === "ENOENT" || code === "ENOTDIR") return "none";
      throw error;
    }
  }
}

function currentVersion({ current }: Registry): string {
  return current ? String(current.version) : SHIPPED_VERSION;
}

/** As the one used last; the one that was used longest ago goes where there are too many. */
function keep({ others }: Row, model: ServedModel): void {
  others.delete(model.version);
  others.set(model.version, model);
  for (const oldest of others.keys()) {
    if (others.size <= MOST_OTHERS) break;
    others.delete(oldest);
  }
}

function notFound(what: string): Problem {
  return new Problem(404, `${what}.`, { reason: "not_found" });
}
