// Curves: loss, accuracy and learning rate as the training goes, as the library draws them, and as a table.

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { curvesSvg } from "../../lib/plot/index.ts";
import { networkOf } from "../../models/index.ts";
import { Fold } from "../look/fold.tsx";
import { title } from "../look/title.ts";
import { formatCount, formatPercent } from "./format.ts";
import { epochs, losses, outcome, run } from "./training.ts";

/** The narrowest picture that can be drawn. */
const LEAST_WIDTH = 280;

export function Curves() {
  const place = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => {
      width.value = Math.max(LEAST_WIDTH, Math.floor(contentRect.width));
    });
    if (place.current) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  useSignalEffect(() => {
    const [reports, steps] = [epochs.value, losses.value];
    if (!place.current || width.value === 0) return;
    if (reports.length + steps.length === 0) {
      place.current.replaceChildren();
      return;
    }
    const settings = run.value?.settings;
    const heading = settings ? `${title(networkOf(settings.model).label)}, ${settings.preset} preset` : "Network";
    const kept = reports.find(({ epoch }) => epoch === outcome.value?.epoch) ?? null;
    const svg = curvesSvg({ epochs: [...reports], best: null, kept }, { steps, title: heading, width: width.value });
    // Its colours are the page's (train.css): a style element of its own, the page's policy forbids.
    place.current.innerHTML = svg.replace(/<style>.*?<\/style>/s, "");
  });
  return (
    <section class="glass train-panel train-curves" aria-label="Curves">
      <div ref={place} class="train-chart" />
      <EpochTable />
    </section>
  );
}

function EpochTable() {
  const reports = epochs.value;
  if (reports.length === 0)
    return <p class="train-soft">The first epoch is under way; its accuracy comes at the end.</p>;
  return (
    <Fold summary="As a table">
      {() => (
        <div class="train-scroll">
          <table class="train-table">
            <thead>
              <tr>
                <th scope="col">Epoch</th>
                <th scope="col">Training loss</th>
                <th scope="col">Validation loss</th>
                <th scope="col">Training accuracy</th>
                <th scope="col">Validation accuracy</th>
                <th scope="col">Images per second</th>
              </tr>
            </thead>
            <tbody>
              {reports.map(
                ({ epoch, trainLoss, validationLoss, trainAccuracy, validationAccuracy, samplesPerSecond }) => (
                  <tr key={epoch}>
                    <th scope="row">{epoch}</th>
                    <td>{trainLoss.toFixed(4)}</td>
                    <td>{validationLoss.toFixed(4)}</td>
                    <td>{formatPercent(trainAccuracy)}</td>
                    <td>{formatPercent(validationAccuracy)}</td>
                    <td>{formatCount(samplesPerSecond)}</td>
                  </tr>
                ),
              )}
            </tbody>
          </table>
        </div>
      )}
    </Fold>
  );
}
