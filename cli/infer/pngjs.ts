// pngjs is CommonJS; through this one line a bundler finds its export.

export { PNG } from "pngjs";
