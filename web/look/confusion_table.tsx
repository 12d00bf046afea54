// ConfusionTable: how often each digit was read as each; where somebody listens, its cells can be chosen, by arrows, too.

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ConfusionMatrix } from "../../lib/index.ts";
import "./confusion_table.css";

export interface Cell {
  readonly actual: number;
  readonly predicted: number;
}

export interface ConfusionTableProps {
  confusion: ConfusionMatrix;
  chosen?: Cell | null;
  onChoose?(cell: Cell): void;
}

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

export function ConfusionTable({ confusion, chosen = null, onChoose }: ConfusionTableProps) {
  const table = useRef<HTMLTableElement>(null);
  /** The one cell that Tab comes to; arrows go on from there. */
  const focus = useSignal<Cell>({ actual: 0, predicted: 0 });
  const worst = Math.max(1, ...confusion.flatMap((row, actual) => row.filter((_, predicted) => predicted !== actual)));
  const move = (event: KeyboardEvent): void => {
    const step = MOVES[event.key];
    if (!step) return;
    event.preventDefault();
    const within = (at: number): number => Math.min(confusion.length - 1, Math.max(0, at));
    const { actual, predicted } = focus.value;
    focus.value = { actual: within(actual + step[0]), predicted: within(predicted + step[1]) };
    const { rows } = table.current as HTMLTableElement;
    rows[focus.value.actual + 1].cells[focus.value.predicted + 1].querySelector("button")?.focus();
  };
  const cell = (row: readonly number[], actual: number, predicted: number) => {
    const times = row[predicted];
    const look = {
      class: `confusion-cell ${actual === predicted ? "is-right" : "is-wrong"}`,
      style: { "--part": shade(row, actual, predicted, worst).toFixed(3) },
    };
    // As little as can be: while a network learns it is laid out twice a second.
    if (!onChoose) {
      return (
        <td key={predicted.toString()} {...look}>
          {times || ""}
        </td>
      );
    }
    return (
      <td key={predicted.toString()}>
        <button
          type="button"
          {...look}
          tabIndex={same(focus.value, actual, predicted) ? 0 : -1}
          aria-pressed={same(chosen, actual, predicted)}
          aria-label={`${times} × a ${actual} read as ${predicted}`}
          onFocus={() => {
            focus.value = { actual, predicted };
          }}
          onClick={() => onChoose({ actual, predicted })}
        >
          {times || ""}
        </button>
      </td>
    );
  };
  return (
    <>
      <table
        ref={table}
        class="confusion"
        role={onChoose ? "grid" : undefined}
        aria-label="Confusion matrix"
        onKeyDown={onChoose ? move : undefined}
      >
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
              {row.map((_, predicted) => cell(row, actual, predicted))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="confusion-legend">
        Rows: the digit shown. Columns: what it was read as.{" "}
        <span>
          <i class="is-right" /> right
        </span>{" "}
        <span>
          <i class="is-wrong" /> wrong
        </span>
      </p>
    </>
  );
}

/** From 0 to 1: of what is right its share, of mistakes how often they are made beside the commonest, and never so little that it is not seen. */
function shade(row: readonly number[], actual: number, predicted: number, worst: number): number {
  const times = row[predicted];
  if (times === 0) return 0;
  if (actual !== predicted) return 0.25 + 0.75 * Math.sqrt(times / worst);
  return times / row.reduce((sum, each) => sum + each, 0);
}

function same(cell: Cell | null, actual: number, predicted: number): boolean {
  return cell?.actual === actual && cell.predicted === predicted;
}
