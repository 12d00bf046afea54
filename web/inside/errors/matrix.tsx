// Matrix: how often each digit was read as each, as a table whose cells are chosen.

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ConfusionMatrix } from "../../../lib/index.ts";

export interface Cell {
  readonly actual: number;
  readonly predicted: number;
}

export interface MatrixProps {
  confusion: ConfusionMatrix;
  chosen: Cell | null;
  onChoose(cell: Cell): void;
}

export function Matrix({ confusion, chosen, onChoose }: MatrixProps) {
  const table = useRef<HTMLTableElement>(null);
  /** The one cell that Tab comes to; arrows go on from there. */
  const focus = useSignal<Cell>({ actual: 0, predicted: 0 });
  const worst = Math.max(1, ...confusion.flatMap((row, actual) => row.filter((_, predicted) => predicted !== actual)));
  const move = (event: KeyboardEvent): void => {
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
    };
    const step = moves[event.key];
    if (!step) return;
    event.preventDefault();
    const within = (at: number): number => Math.min(confusion.length - 1, Math.max(0, at));
    const { actual, predicted } = focus.value;
    focus.value = { actual: within(actual + step[0]), predicted: within(predicted + step[1]) };
    const { rows } = table.current as HTMLTableElement;
    rows[focus.value.actual + 1].cells[focus.value.predicted + 1].querySelector("button")?.focus();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: arrows move among its cells, as in every grid
    <table ref={table} class="inside-matrix" role="grid" aria-label="Confusion matrix" onKeyDown={move}>
      <thead>
        <tr>
          <td aria-hidden="true" />
          {confusion.map((_, digit) => (
            <th key={digit.toString()} scope="col" aria-label={`Read as ${digit}`}>
              {digit}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {confusion.map((row, actual) => (
          <tr key={actual.toString()}>
            <th scope="row" aria-label={`A ${actual}`}>
              {actual}
            </th>
            {row.map((times, predicted) => {
              const isChosen = chosen?.actual === actual && chosen.predicted === predicted;
              const isFocus = focus.value.actual === actual && focus.value.predicted === predicted;
              const tint = actual === predicted ? 1 : times === 0 ? 0 : 0.25 + 0.75 * Math.sqrt(times / worst);
              return (
                <td key={predicted.toString()}>
                  <button
                    type="button"
                    class={`inside-cell ${actual === predicted ? "inside-right" : "inside-wrong"}`}
                    style={{ "--tint": `${Math.round(100 * tint)}%` }}
                    tabIndex={isFocus ? 0 : -1}
                    aria-pressed={isChosen}
                    aria-label={`${times} × a ${actual} read as ${predicted}`}
                    onFocus={() => {
                      focus.value = { actual, predicted };
                    }}
                    onClick={() => onChoose({ actual, predicted })}
                  >
                    {times === 0 ? "·" : times}
                  </button>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
