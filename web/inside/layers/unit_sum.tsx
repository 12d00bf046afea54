// UnitSumView: the sum that made a pixel: what each map before it contributes, and what is done to the total.

import type { Term, UnitSum } from "../compute/feature_maps.ts";
import { signedColour } from "../parts/colours.ts";
import { decimal, signed } from "../parts/number.ts";

export interface UnitSumProps {
  sum: UnitSum;
  /** What a map of the stage before is called: "Map 3". */
  sourceOf(map: number): string;
}

export function UnitSumView({ sum, sourceOf }: UnitSumProps) {
  const { terms, rest, side } = sum;
  const most = Math.max(
    ...terms.flatMap(({ inputs, weights }) => inputs.map((input, i) => Math.abs((input ?? 0) * weights[i]))),
  );
  return (
    <>
      <ul class={side > 1 ? "inside-terms" : "inside-terms inside-dense"}>
        {terms.map((term) => (
          <TermView key={term.map} term={term} side={side} most={most || 1} name={sourceOf(term.map)} />
        ))}
      </ul>
      <table class="inside-ledger">
        <caption>How they add up</caption>
        <tbody>
          <Line text={terms.length > 1 ? `The ${terms.length} largest, shown here` : "The products shown here"}>
            {signed(
              terms.reduce((all, term) => all + term.sum, 0),
              3,
            )}
          </Line>
          {rest.maps > 0 && <Line text={`${rest.maps} others together`}>{signed(rest.sum, 3)}</Line>}
          <Line text="Bias">{signed(sum.bias, 3)}</Line>
          <Line text="Sum" isTotal>
            {decimal(sum.total, 3)}
          </Line>
          {sum.norm && (
            <Line
              text={`Batch norm: (sum − ${parenthesized(sum.norm.mean)}) × ${decimal(sum.norm.scale, 3)} ${withSign(sum.norm.shift)}`}
            >
              {decimal(sum.normalized, 3)}
            </Line>
          )}
          {sum.isRectified && <Line text="ReLU: what is below 0 becomes 0">{decimal(sum.value, 3)}</Line>}
          <Line text="The network’s own value" isTotal>
            {decimal(sum.shown, 3)}
          </Line>
        </tbody>
      </table>
    </>
  );
}

function TermView({ term, side, most, name }: { term: Term; side: number; most: number; name: string }) {
  const { inputs, weights, sum } = term;
  return (
    <li class="inside-term">
      <p>
        <span>{name}</span>
        <b>{signed(sum, 2)}</b>
      </p>
      <div class="inside-window" style={{ "--side": side }}>
        {inputs.map((input, i) => {
          const { colour, isLight } = signedColour(((input ?? 0) * weights[i]) / most);
          return (
            <span
              key={i.toString()}
              class={`inside-product ${input === null ? "inside-beyond" : ""} ${isLight ? "inside-light" : ""}`}
              style={{ "--colour": colour }}
            >
              <span>{input === null ? "edge" : decimal(input, 2)}</span>
              <span>× {decimal(weights[i], 2)}</span>
            </span>
          );
        })}
      </div>
    </li>
  );
}

function Line({ text, isTotal = false, children }: { text: string; isTotal?: boolean; children: string }) {
  return (
    <tr class={isTotal ? "inside-total" : ""}>
      <th scope="row">{text}</th>
      <td>{children}</td>
    </tr>
  );
}

function parenthesized(value: number): string {
  return value < 0 ? `(${decimal(value, 3)})` : decimal(value, 3);
}

function withSign(value: number): string {
  return value < 0 ? `− ${decimal(-value, 3)}` : `+ ${decimal(value, 3)}`;
}
