// Progress: how far something is that takes a while.

/** @param part from 0 to 1 */
export function Progress({ label, part }: { label: string; part: number }) {
  const percent = Math.round(100 * part);
  return (
    <div class="inside-progress">
      <span
        class="inside-track"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <i style={{ "--part": part.toFixed(3) }} />
      </span>
      <span class="inside-percent">{percent} %</span>
    </div>
  );
}
