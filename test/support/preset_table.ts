import { MODEL_NAMES, PRESETS, recipeFor } from "../../models/index.ts";
// The presets as a table of Markdown, for cli/README.md.

/** One row a setting, one column a preset of a network. */
export function presetTable(): string {
  const columns = MODEL_NAMES.flatMap((model) =>
    PRESETS.map((preset) => {
      const { preset: _, augment, ...settings } = recipeFor(model, preset, {});
      return { title: `${model} ${preset}`, settings: { ...settings, ...augment } as Record<string, unknown> };
    }),
  );
  const names = Object.keys(columns[0].settings);
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    row(["flag", ...columns.map(({ title }) => title)]),
    row(["---", ...columns.map(() => "---")]),
    ...names.map((name) => row([`--${flagOf(name)}`, ...columns.map(({ settings }) => cellOf(settings[name]))])),
  ].join("\n");
}

function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function cellOf(value: unknown): string {
  return value === null ? "–" : String(value);
}
