// What exported files call a network.

const KINDS: Readonly<Record<string, string>> = { linear: "softmax regression", cnn: "a convolutional network" };

/** Of a network of the table what its row says; of any other that it is one. */
export function kindOf(name: string): string {
  return Object.hasOwn(KINDS, name) ? KINDS[name] : "a neural network";
}
