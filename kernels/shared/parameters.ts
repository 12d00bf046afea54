// The table by which one launch goes over all parameters, or all that have a gradient: five u32 a row.
//
//   parameter, gradient  their addresses; a gradient's is 0 for a kernel that asks for none
//   first                where the parameter begins in the concatenation of all, which is how moments lie
//   size                 its elements
//   decays               1 where weight decay pulls on it, else 0
//
// Rows ascend in `first`. lib/optim/parameter_table.ts writes it.

import { TABLE_WORDS } from "../abi/abi";

function word(table: usize, row: usize, index: usize): usize {
  return <usize>load<u32>(table + ((row * TABLE_WORDS) << 2) + (index << 2));
}

export function parameterOf(table: usize, row: usize): usize {
  return word(table, row, 0);
}

export function gradientOf(table: usize, row: usize): usize {
  return word(table, row, 1);
}

export function firstOf(table: usize, row: usize): usize {
  return word(table, row, 2);
}

export function sizeOf(table: usize, row: usize): usize {
  return word(table, row, 3);
}

/** The decay of this row, or what stands for none. */
export function decayOf(table: usize, row: usize, decay: f32, none: f32): f32 {
  return word(table, row, 4) ? decay : none;
}

/** Where the range that begins at `from`, in the concatenation, begins in the row's own elements. */
export function startWithin(table: usize, row: usize, from: usize): usize {
  const first = firstOf(table, row);
  return from > first ? from - first : 0;
}

/** Where the range that ends before `to` ends there; 0 if it ends before the row begins. */
export function endWithin(table: usize, row: usize, to: usize): usize {
  const first = firstOf(table, row);
  return to > first ? min(to - first, sizeOf(table, row)) : 0;
}
