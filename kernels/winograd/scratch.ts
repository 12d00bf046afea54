// What a Winograd convolution has in scratch, in this order; winogradScratch (abi/abi.ts) is the size of all of it.
//
//   half     6 × 6 × max(CIN, COUT): one tile, half transformed
//   zeros    max(CIN, COUT): what lies outside the image
//   discard  as many: where what falls outside goes
//   V        36 slot pairs of CIN channels, winogradPairSize apart
//   M or dM  36 of COUT
//   dU       36 of CIN × COUT, winogradFilterPairSize apart; in backward only

import { SLOT_PAIRS, winogradPairSize } from "../abi/abi";

export function zerosOf(scratch: usize, cin: usize, cout: usize): usize {
  return scratch + ((SLOT_PAIRS * max(cin, cout)) << 2);
}

export function discardOf(scratch: usize, cin: usize, cout: usize): usize {
  return zerosOf(scratch, cin, cout) + (max(cin, cout) << 2);
}

export function inputPairsOf(scratch: usize, cin: usize, cout: usize): usize {
  return discardOf(scratch, cin, cout) + (max(cin, cout) << 2);
}

export function outputPairsOf(scratch: usize, h: usize, w: usize, cin: usize, cout: usize): usize {
  return inputPairsOf(scratch, cin, cout) + ((SLOT_PAIRS * winogradPairSize(h, w, cin)) << 2);
}

export function filterPairsOf(scratch: usize, h: usize, w: usize, cin: usize, cout: usize): usize {
  return outputPairsOf(scratch, h, w, cin, cout) + ((SLOT_PAIRS * winogradPairSize(h, w, cout)) << 2);
}
