// How console.log shows an object of the library, in Node and in hosts that ask for the same.

/** The method by which an object says how it is shown, given how many levels more there may be: negative where none. */
export const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;
