// Pooling windows along one axis, worked out by the host: pairs of u32.
//
//   entries [0, outputs)             (start, end): the input indices window i covers
//   entries [outputs, outputs + in)  (first, end): the windows that cover input index r, a run of them

/** The lower bound of entry `i`. */
export function windowStart(table: usize, i: usize): usize {
  return <usize>load<u32>(table + (i << 3));
}

/** The upper bound of entry `i`, exclusive. */
export function windowEnd(table: usize, i: usize): usize {
  return <usize>load<u32>(table + (i << 3), 4);
}
