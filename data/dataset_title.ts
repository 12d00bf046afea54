// datasetTitle: what people call a data set that results know by a name.

const TITLES: Readonly<Record<string, string>> = { mnist: "MNIST", synthetic: "synthetic digits, not MNIST" };

/** @example datasetTitle("mnist") // "MNIST"; datasetTitle("Fashion-MNIST") is its name */
export function datasetTitle(dataset: string): string {
  return Object.hasOwn(TITLES, dataset) ? TITLES[dataset] : dataset;
}
