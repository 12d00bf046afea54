// The fragment of the page's address, "#draw?brush=4&lead=cnn": which section is open, and the settings that are not as they
// were at first. Whoever follows a link may have written anything there.

import { DEFAULT_MODEL } from "../../models/index.ts";

/** Settings of the whole page. A section may have rules of its own besides, which come with its chunk. */
export interface Settings {
  /** How thick the pen is, 1 to 5. */
  readonly brush: number;
  /** The network whose answer is the large one. */
  readonly lead: string;
  /** Whether a pen that presses harder draws a thicker line. */
  readonly pressure: boolean;
  /** Whether fingers draw, too, once a pen was seen. */
  readonly fingers: boolean;
}

export interface Place<Section extends string = string> {
  readonly section: Section;
  /** As they stand in the address. Those that no rule is known for yet may be a section's that is not loaded: they are kept. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Rule<T> {
  readonly otherwise: T;
  /** @returns undefined for what cannot be meant */
  read(text: string): T | undefined;
  write(value: T): string;
}

export type Rules<S> = { readonly [Name in keyof S]: Rule<S[Name]> };

export const RULES: Rules<Settings> = {
  brush: whole(1, 5, 3),
  lead: word(DEFAULT_MODEL),
  pressure: yesOrNo(true),
  fingers: yesOrNo(false),
};

/**
 * @param fragment with or without its "#"
 * @param sections that there are; the first is open where the fragment names none of them
 */
export function readFragment<Section extends string>(fragment: string, sections: readonly Section[]): Place<Section> {
  const [name, query = ""] = fragment.replace(/^#/, "").split("?", 2);
  const parameters = Object.fromEntries(new URLSearchParams(query));
  return { section: sections.find((each) => each === name) ?? sections[0], parameters };
}

/** @returns "#draw", "#draw?brush=4" */
export function writeFragment({ section, parameters }: Place): string {
  const query = new URLSearchParams(parameters).toString();
  return `#${section}${query === "" ? "" : `?${query}`}`;
}

export function readSettings<S>(rules: Rules<S>, parameters: Place["parameters"]): S {
  const read = <Name extends keyof S & string>(name: Name): S[Name] => {
    const { otherwise, read } = rules[name];
    return (Object.hasOwn(parameters, name) ? read(parameters[name]) : undefined) ?? otherwise;
  };
  return Object.fromEntries(namesOf(rules).map((name) => [name, read(name)])) as S;
}

/** The parameters with these settings in them: what is as it was at first is left out. */
export function withSettings<S>(rules: Rules<S>, parameters: Place["parameters"], settings: S): Place["parameters"] {
  const written = { ...parameters };
  for (const name of namesOf(rules)) {
    delete written[name];
    if (settings[name] !== rules[name].otherwise) written[name] = rules[name].write(settings[name]);
  }
  return written;
}

function namesOf<S>(rules: Rules<S>): (keyof S & string)[] {
  return Object.keys(rules) as (keyof S & string)[];
}

/** A number outside is taken to the nearest that is allowed. */
export function whole(low: number, high: number, otherwise: number): Rule<number> {
  return {
    otherwise,
    read: (text) => (/^-?\d+$/.test(text) ? Math.min(high, Math.max(low, Number(text))) : undefined),
    write: String,
  };
}

function word(otherwise: string): Rule<string> {
  return { otherwise, read: (text) => (/^[a-z]\w{0,31}$/.test(text) ? text : undefined), write: String };
}

function yesOrNo(otherwise: boolean): Rule<boolean> {
  const words: Record<string, boolean> = { yes: true, no: false };
  return {
    otherwise,
    read: (text) => (Object.hasOwn(words, text) ? words[text] : undefined),
    write: (value) => (value ? "yes" : "no"),
  };
}
