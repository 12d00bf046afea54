// What the bundles in dist/ hold of other people's packages, as esbuild reports it, with the licences of all of them.
import { readdirSync, readFileSync } from "node:fs";

/** Licences that ask for no more than their text and the notice. */
const ALLOWED = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "OFL-1.1",
];

/** Each bundle begins with a few functions of esbuild's. */
const BUNDLER = "node_modules/esbuild";

/** The folders of the packages that bytes of a bundle come from, sorted. */
export function bundledPackages(metafiles) {
  const folders = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        // Greedy: of a package within another's node_modules the inner one.
        .flatMap(([path]) => path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? []),
    ),
  );
  return [...new Set(folders)].sort();
}

/**
 * @param copied folders of packages of which files are shipped as they are
 * @throws a package has no text of its licence, or a licence that is not in the list: whoever bundles it decides whether
 *   it may be shipped
 */
export function thirdPartyLicenses(metafiles, copied = []) {
  return licencesOf([...bundledPackages(metafiles), ...copied, BUNDLER]);
}

/** @param folders of packages @throws as thirdPartyLicenses */
export function licencesOf(folders) {
  const sections = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    if (!ALLOWED.includes(license)) {
      throw new Error(
        `build: ${name} ${version} is bundled, and its licence is ${license}; scripts/third_party.mjs allows ${ALLOWED.join(", ")}.`,
      );
    }
    const texts = readdirSync(folder)
      .filter((file) => /(^|\/)(licen[cs]e|copying|notice)\b|^swagger-ui-bundle\.js\.LICENSE/i.test(file))
      .sort()
      .map((file) => readFileSync(`${folder}/${file}`, "utf8").trim());
    if (texts.length === 0) throw new Error(`build: ${name} ${version} is bundled, and has no text of its licence.`);
    return `${name} ${version} (${license})\n\n${texts.join("\n\n")}\n`;
  });
  return [INTRODUCTION, ...sections].join(`\n${"-".repeat(80)}\n\n`);
}

const INTRODUCTION = `simdgrad is under the licence in LICENSE. The files beside this one also hold code of the packages below,
bundled by the build, each under its own licence.
`;
