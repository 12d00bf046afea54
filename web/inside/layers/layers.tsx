// Layers: what every layer of the CNN makes of the drawing, while it is drawn; and how any one pixel came about.

import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../look/button.tsx";
import { Fold } from "../../look/fold.tsx";
import { useLive } from "../asking.ts";
import type { FeatureMaps, Unit } from "../compute/feature_maps.ts";
import { Legend } from "../parts/legend.tsx";
import { decimal } from "../parts/number.ts";
import { PIXELS } from "../side.ts";
import { subject } from "../subject.ts";
import { stageText } from "./layer_names.ts";
import { MapGrid } from "./map_grid.tsx";
import { PixelPicker } from "./pixel_picker.tsx";
import { rangeOf } from "./scale.ts";
import { UnitSumView } from "./unit_sum.tsx";

/** An empty sheet is looked into as well: the network has something to say of it, too. */
const PAPER = new Uint8Array(PIXELS);
/** Maps in a row, of large ones and of small ones, on a phone and on a desk. */
const COLUMNS = { phone: { large: 8, small: 16 }, desk: { large: 16, small: 32 } };

const unit = signal<Unit>({ stage: "conv1", map: 0, row: 14, column: 14 });

export function Layers() {
  const answer = useLive("maps", () => ({ pixels: subject.value ?? PAPER, unit: unit.value }));
  const isWide = useMedia("(min-width: 60rem)");
  const detail = useRef<HTMLDivElement>(null);
  if (!answer.value) return <p class="inside-wait">The layers are loading.</p>;
  const { stages, sum } = answer.value;
  const texts = stages.map((stage, i) => stageText(stage, i, stages.length));
  const at = Math.max(
    0,
    stages.findIndex(({ name }) => name === unit.value.stage),
  );
  const chosen = stages[at];
  const choose = (stage: FeatureMaps, map: number): void => {
    const isSame = stage.name === unit.value.stage;
    const { row, column } = isSame ? unit.value : { row: stage.height >> 1, column: stage.width >> 1 };
    unit.value = { stage: stage.name, map, row, column };
    detail.current?.scrollIntoView({ block: "nearest" });
  };
  const nameOf = (stage: number, map: number): string =>
    `${texts[stage].one} ${texts[stage].one === "Digit" ? map : map + 1}`;
  const columns = isWide ? COLUMNS.desk : COLUMNS.phone;
  return (
    <>
      <div class="inside-stages">
        {stages.map((stage, i) => (
          <section key={stage.name} class="inside-stage" aria-label={texts[i].title}>
            <p>
              <b>{texts[i].title}</b> <span>{texts[i].what}</span>
            </p>
            <MapGrid
              maps={stage}
              columns={Math.min(stage.maps, stage.width > 20 ? columns.large : columns.small)}
              label={`${texts[i].title}: choose one of ${stage.maps}`}
              chosen={i === at ? unit.value.map : null}
              nameOf={(map) => nameOf(i, map)}
              onChoose={(map) => choose(stage, map)}
            />
            {texts[i].one === "Digit" && <Digits values={stage.values} />}
          </section>
        ))}
        <Legend kind="amount" low="lowest of its layer, mostly 0" high="highest" />
      </div>
      <div ref={detail} class="inside-detail">
        <div class="inside-chosen">
          <div class="inside-heading">
            <h2>
              {texts[at].title}, {nameOf(at, unit.value.map).toLowerCase()}
            </h2>
            <Button
              icon="back"
              label="Previous"
              isDisabled={unit.value.map === 0}
              onClick={() => choose(chosen, unit.value.map - 1)}
            />
            <Button
              icon="forward"
              label="Next"
              isDisabled={unit.value.map === chosen.maps - 1}
              onClick={() => choose(chosen, unit.value.map + 1)}
            />
          </div>
          {chosen.width > 1 && (
            <>
              <PixelPicker
                maps={chosen}
                map={unit.value.map}
                row={unit.value.row}
                column={unit.value.column}
                label={`Pixels of ${nameOf(at, unit.value.map).toLowerCase()}`}
                onChoose={(row, column) => {
                  unit.value = { ...unit.value, row, column };
                }}
              />
              <p class="inside-hint">
                Move over the map, or use the arrow keys: row {unit.value.row + 1}, column {unit.value.column + 1}.
              </p>
            </>
          )}
          <Values maps={chosen} map={unit.value.map} />
        </div>
        <div class="inside-sum" aria-live="off">
          <h2>The sum behind {chosen.width > 1 ? "this pixel" : "it"}</h2>
          <p class="inside-hint">{sourceText(at, stages.length, chosen.width > 1)}</p>
          {sum && sum.unit.stage === chosen.name && (
            <UnitSumView
              sum={sum}
              sourceOf={(map) =>
                at === 0 ? "The drawing" : at === stages.length - 1 ? `Neuron ${map + 1}` : `Map ${map + 1}`
              }
            />
          )}
        </div>
      </div>
    </>
  );
}

function sourceText(at: number, stages: number, isConvolution: boolean): string {
  if (at === 0) {
    return "Pixel × weight, for the 3 × 3 pixels around it. The network takes paper as −0.42 and full ink as 2.82.";
  }
  if (isConvolution) return "Value × weight in 3 × 3 windows, one for each map of the layer before, after pooling.";
  return at === stages - 1
    ? "Value × weight for each hidden neuron."
    : "Mean × weight for each map of the layer before.";
}

/** Which number is whose, under the scores. */
function Digits({ values }: { values: Float32Array }) {
  const best = values.indexOf(Math.max(...values));
  return (
    <p class="inside-digits" aria-hidden="true">
      {Array.from(values, (value, digit) => (
        <span key={digit.toString()} class={digit === best ? "inside-best" : ""}>
          <b>{digit}</b> {decimal(value, 1)}
        </span>
      ))}
    </p>
  );
}

/** The chosen map as a table. */
function Values({ maps: stage, map }: { maps: FeatureMaps; map: number }) {
  const { height, width, maps, values } = stage;
  return (
    <Fold summary="As a table">
      {() => (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        <section class="inside-scroll" tabIndex={0} aria-label="The map’s values">
          <table>
            <tbody>
              {Array.from({ length: height }, (_, y) => (
                <tr key={y.toString()}>
                  <th scope="row">{y + 1}</th>
                  {Array.from({ length: width }, (_, x) => (
                    <td key={x.toString()}>{decimal(values[(y * width + x) * maps + map], 2)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          <p>The strongest value of this layer is {decimal(rangeOf(stage).high, 2)}.</p>
        </section>
      )}
    </Fold>
  );
}

function useMedia(query: string): boolean {
  const matches = useSignal(matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const change = (): void => {
      matches.value = list.matches;
    };
    list.addEventListener("change", change);
    return () => list.removeEventListener("change", change);
  }, [query]);
  return matches.value;
}
