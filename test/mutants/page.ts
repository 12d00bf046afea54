import type { Fault } from "./faults.ts";

/** What found a fault. */
export interface Found {
  /** The test file. */
  by: string;
  how: "fails" | "hangs" | "crashes";
  /** Of the first test in it that failed; "" where it did not get so far as to say. */
  title: string;
  seconds: number;
}

/** docs/mutants.md: what found each fault. */
export function pageOf(results: readonly (Fault & Found)[]): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  const sections = files.map((file) => {
    const rows = results
      .filter((result) => result.file === file)
      .map(({ what, before, after, by, how, title }) => {
        const test = title ? `${how} ${by}: ${title}` : `${how} ${by}`;
        return `| ${cell(what)} | ${code(before)} → ${code(after)} | ${cell(test)} |`;
      });
    return `## ${file}\n\n| fault | change | found by |\n|---|---|---|\n${rows.join("\n")}\n`;
  });
  const minutes = Math.round(seconds / 60);
  const counts = `${results.length} faults in ${files.length} files, all found: ${minutes} minutes, one at a time`;
  return `${INTRODUCTION}\n${counts}, on a 2-core machine shared with other work.\n\n${sections.join("\n")}`;
}

const INTRODUCTION = `# Faults that the tests find

Written by \`npm run mutants -- --write\`; do not edit. It plants one small fault at a time in the kernels, and in the
code right above them, compiles them in a copy, and runs the tests of that file up to the first that fails. The list of
faults is [test/mutants/faults.ts](../test/mutants/faults.ts); \`test/mutants/faults.test.ts\` fails where it no longer fits
the sources. A fault that nothing finds is a missing test. Faults that cannot be observed are not in the list.
`;

/** Text in a cell of a table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ").trim();
}

/** Code in a cell; in one line, between as many backticks as it takes. */
function code(text: string): string {
  return text.trim() === "" ? "nothing" : `\`\`${cell(text)}\`\``;
}
