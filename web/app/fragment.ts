// The fragment of the page's address, "#draw?brush=4&lead=cnn": which section is open, and the settings that are not as they
// were at first. Whoever follows a link may have written anything there.

import { DEFAULT_MODEL } from "../../models/index.ts";

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
  readonly settings: Settings;
}

interface Rule<T> {
  readonly otherwise: T;
  /** @returns undefined for what cannot be meant */
  read(text: string): T | undefined;
  write(value: T): string;
}

const RULES: { readonly [Name in keyof Settings]: Rule<Settings[Name]> } = {
  brush: whole(1, 5, 3),
  lead: word(DEFAULT_MODEL),
  pressure: yesOrNo(true),
  fingers: yesOrNo(false),
};
const NAMES = Object.keys(RULES) as (keyof Settings)[];

/**
 * @param fragment with or without its "#"
 * @param sections that there are; the first is open where the fragment names none of them
 */
export function readFragment<Section extends string>(fragment: string, sections: readonly Section[]): Place<Section> {
  const [name, query = ""] = fragment.replace(/^#/, "").split("?", 2);
  const given = new URLSearchParams(query);
  const read = <Name extends keyof Settings>(key: Name): Settings[Name] => {
    const { otherwise, read } = RULES[key];
    const text = given.get(key);
    return (text === null ? undefined : read(text)) ?? otherwise;
  };
  const settings = Object.fromEntries(NAMES.map((key) => [key, read(key)])) as unknown as Settings;
  return { section: sections.find((each) => each === name) ?? sections[0], settings };
}

/** @returns "#draw", "#draw?brush=4": what is as it was at first is left out */
export function writeFragment({ section, settings }: Place): string {
  const write = <Name extends keyof Settings>(key: Name): string[][] => {
    const { otherwise, write } = RULES[key];
    return settings[key] === otherwise ? [] : [[key, write(settings[key])]];
  };
  const query = new URLSearchParams(NAMES.flatMap(write)).toString();
  return `#${section}${query === "" ? "" : `?${query}`}`;
}

/** A number outside is taken to the nearest that is allowed. */
function whole(low: number, high: number, otherwise: number): Rule<number> {
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
