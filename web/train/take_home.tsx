// TakeHome: a network as a file, of those that were trained or opened here, or came with the page; and what to do with it here.

import { useSignal, useSignalEffect } from "@preact/signals";
import { useId } from "preact/hooks";
import type { ExportFormat } from "../../models/export/index.ts";
import { type ModelName, networkOf } from "../../models/index.ts";
import { linkTo } from "../app/place.ts";
import { notKept } from "../look/not_kept.ts";
import { title } from "../look/title.ts";
import { Trouble } from "../look/trouble.tsx";
import { fetchBytes, WEIGHTS } from "../read/files.ts";
import type { OwnOrigin } from "../read/messages.ts";
import { ownWeights } from "../read/own_weights.ts";
import { cards, NETWORK_NAMES, readWith } from "../read/reader.ts";
import { formatCount, formatPercent, sentence } from "./format.ts";
import { isCheckpoint } from "./given_digits.ts";
import { FORMATS, openCheckpoint, saveAs } from "./take_home_job.ts";
import type { OpenedNetwork } from "./take_home_messages.ts";
import { outcome, run } from "./training.ts";
import { useDropped } from "./use_dropped.ts";

interface Network {
  readonly id: string;
  readonly model: ModelName;
  readonly title: string;
  readonly note: string;
  /** Null: with the weights that came with the page. */
  readonly weights: Uint8Array | null;
}

/** The CNN's has 0.4 MB, with a record of its training. */
const MOST_BYTES = 16 * 2 ** 20;
const FORMAT_NAMES = Object.keys(FORMATS) as readonly ExportFormat[];

export function TakeHome() {
  const opened = useSignal<(OpenedNetwork & { fileName: string; weights: Uint8Array }) | null>(null);
  const chosen = useSignal<string | null>(null);
  const problem = useSignal<string | null>(null);
  const said = useSignal<string | null>(null);
  const isInDraw = useSignal(false);
  const group = useId();
  const taught = useSignal<readonly Network[]>([]);
  useSignalEffect(() => {
    const names = [...NETWORK_NAMES].reverse().filter((name) => cards.value[name]?.origin === "taught");
    let isCurrent = true;
    void Promise.all(names.map(taughtNetwork)).then((found) => {
      if (isCurrent) taught.value = found.flat();
    });
    return () => {
      isCurrent = false;
    };
  });
  const networks: readonly Network[] = [
    ...trainedNetwork(),
    ...taught.value,
    ...(opened.value ? [openedNetwork(opened.value, opened.value.fileName, opened.value.weights)] : []),
    ...[...WEIGHTS].reverse().map(({ name }) => shippedNetwork(name)),
  ];
  const network = networks.find(({ id }) => id === chosen.value) ?? networks[0];
  const doing = async (work: () => Promise<string>): Promise<void> => {
    problem.value = said.value = null;
    isInDraw.value = false;
    try {
      said.value = await work();
    } catch (error) {
      problem.value = (error as Error).message;
    }
  };
  const open = (file: File): Promise<void> =>
    doing(async () => {
      if (file.size > MOST_BYTES) {
        throw new Error(
          `${file.name} has ${formatCount(file.size)} bytes, more than any checkpoint of these networks.`,
        );
      }
      const weights = new Uint8Array(await file.arrayBuffer());
      opened.value = { ...(await openCheckpoint(weights, file.name)), fileName: file.name, weights };
      chosen.value = "opened";
      return `${file.name} is open.`;
    });
  useDropped(({ files }) => {
    const file = [...files].find(({ name }) => isCheckpoint(name));
    if (file) void open(file);
  });
  return (
    <section class="glass train-panel train-home" aria-label="Take it home">
      <h2>Take it home</h2>
      <div role="radiogroup" aria-label="Network">
        {networks.map(({ id, title, note }) => (
          <label key={id} class="train-network">
            <input
              type="radio"
              name={group}
              checked={id === network.id}
              onChange={() => {
                chosen.value = id;
              }}
            />
            <span>
              <span class="train-name">{title}</span>
              <small>{note}</small>
            </span>
          </label>
        ))}
      </div>
      <ul class="train-formats">
        {FORMAT_NAMES.map((format) => (
          <li key={format}>
            <button
              type="button"
              class="button"
              onClick={() =>
                void doing(async () => {
                  await saveAs(network.model, await weightsOf(network), format);
                  return `${network.model}.${format} is saved.`;
                })
              }
            >
              {FORMATS[format].title}
            </button>
            <small>{FORMATS[format].use}</small>
          </li>
        ))}
      </ul>
      <div class="train-controls">
        <button
          type="button"
          class="button"
          onClick={() =>
            void doing(async () => {
              const isKept = await readWith(network.model, network.weights, originOf(network));
              isInDraw.value = true;
              const done = `${sentence(networkOf(network.model).label)} reads with these weights now.`;
              return isKept ? done : `${done} ${notKept("That")}`;
            })
          }
        >
          Use it in Draw
        </button>
        <label class="button">
          Open a checkpoint
          <input
            type="file"
            accept=".safetensors"
            class="sr-only"
            aria-label="A checkpoint, .safetensors"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              if (file) void open(file);
              currentTarget.value = "";
            }}
          />
        </label>
      </div>
      <p role="status" class="train-soft">
        {said.value}
        {isInDraw.value && (
          <>
            {" "}
            <a class="link" href={linkTo("draw")}>
              Draw
            </a>
          </>
        )}
      </p>
      {problem.value !== null && (
        <Trouble
          text={problem.value}
          action="OK"
          onAction={() => {
            problem.value = null;
          }}
        />
      )}
    </section>
  );
}

function trainedNetwork(): Network[] {
  if (!outcome.value) return [];
  const { model, testAccuracy, testImages, weights } = outcome.value;
  const note = `${formatPercent(testAccuracy)} of ${formatCount(testImages)} test digits, trained on ${run.value?.title ?? "digits"}`;
  return [{ id: "trained", model, title: `${title(networkOf(model).label)} trained here`, note, weights }];
}

/** What it learned in Draw; none where the device could keep nothing. */
async function taughtNetwork(model: ModelName): Promise<Network[]> {
  const own = await ownWeights(model);
  if (own?.origin !== "taught") return [];
  const note = "with what it was taught in Draw";
  return [
    { id: `taught ${model}`, model, title: `${title(networkOf(model).label)} taught here`, note, weights: own.weights },
  ];
}

function openedNetwork(
  { model, testAccuracy, trainedOn, weightsSha256 }: OpenedNetwork,
  fileName: string,
  weights: Uint8Array,
): Network {
  const accuracy = testAccuracy === null ? "" : `${formatPercent(testAccuracy)} according to the file; `;
  const origin = trainedOn === null ? "" : `trained on ${trainedOn}; `;
  return {
    id: "opened",
    model,
    title: `${title(networkOf(model).label)} of ${fileName}`,
    note: `${accuracy}${origin}weights ${weightsSha256}`,
    weights,
  };
}

function shippedNetwork(model: ModelName): Network {
  return {
    id: model,
    model,
    title: `${title(networkOf(model).label)} of this page`,
    note: "as it came with the page",
    weights: null,
  };
}

function originOf({ id }: Network): OwnOrigin {
  if (id === "opened") return "opened";
  return id.startsWith("taught") ? "taught" : "trained";
}

async function weightsOf({ model, weights }: Network): Promise<Uint8Array> {
  if (weights) return weights;
  const file = WEIGHTS.find(({ name }) => name === model);
  return new Uint8Array(await fetchBytes(file?.url ?? ""));
}
