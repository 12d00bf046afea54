// NeedsDrawing: in the place of what there is nothing to show of.

export function NeedsDrawing() {
  return <p class="inside-needs">Draw a digit on the sheet, or pick one of the samples.</p>;
}
