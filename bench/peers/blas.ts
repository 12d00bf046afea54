// Which BLAS a Python process multiplies its matrices with. Debian's PyTorch takes the libblas.so.3 that
// update-alternatives points at: without an optimized one the reference BLAS, whose products are ten times slower.

export interface Blas {
  /** "OpenBLAS 0.3.21 for Zen". */
  name: string;
  /** Netlib's, which nobody compares with. */
  isReference: boolean;
}

/** What pytorch.py knows after a matrix product. */
export interface BlasTraces {
  /** Files that the process has mapped. */
  libraries: readonly string[];
  /** The processor for which OpenBLAS has chosen its kernels. */
  core: string | null;
  /** Whether MKL is linked in. */
  hasMkl: boolean;
}

const MAKES: readonly [pattern: RegExp, name: string][] = [
  [/openblas/, "OpenBLAS"],
  [/blis/, "BLIS"],
  [/atlas/, "ATLAS"],
  [/mkl/, "MKL"],
];

/**
 * The libblas.so that is mapped, wherever it is, since that is the alternative that was chosen; other libraries may be there for
 * others, such as the OpenBLAS in NumPy's wheels.
 */
export function blasOf({ libraries, core, hasMkl }: BlasTraces): Blas {
  if (hasMkl) return { name: "MKL", isReference: false };
  const chosen = libraries.find((path) => /\/libblas\.so/.test(path));
  const paths = chosen === undefined ? libraries : [chosen];
  const make = MAKES.find(([pattern]) => paths.some((path) => pattern.test(path)));
  if (!make) {
    return chosen ? { name: "reference BLAS", isReference: true } : { name: "unknown BLAS", isReference: false };
  }
  const [, name] = make;
  if (name !== "OpenBLAS") return { name, isReference: false };
  const version = libraries.map((path) => /libopenblas[^/]*-r?(\d+(\.\d+)+)/.exec(path)?.[1]).find(Boolean);
  return { name: [name, version, core && `for ${core}`].filter(Boolean).join(" "), isReference: false };
}
