// Which BLAS a Python process multiplies its matrices with. Debian's PyTorch takes the libblas.so.3 that
// update-alternatives points at: without an optimized one the reference BLAS, whose products are ten times slower.

export interface Blas {
  /** "OpenBLAS 0.3.21, openmp, for Zen". */
  name: string;
  /** Netlib's, which nobody compares with. */
  isReference: boolean;
  /** Whether it has threads of its own beside PyTorch's OpenMP ones. Both wait by spinning, each in the other's way. */
  hasOwnThreads: boolean;
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
  const plain = { isReference: false, hasOwnThreads: false };
  if (hasMkl) return { ...plain, name: "MKL" };
  const chosen = libraries.find((path) => /\/libblas\.so/.test(path));
  const paths = chosen === undefined ? libraries : [chosen];
  const make = MAKES.find(([pattern]) => paths.some((path) => pattern.test(path)));
  if (!make) return { ...plain, name: chosen ? "reference BLAS" : "unknown BLAS", isReference: chosen !== undefined };
  const [, name] = make;
  if (name !== "OpenBLAS") return { ...plain, name };
  const version = libraries.map((path) => /libopenblas[^/]*-r?(\d+(\.\d+)+)/.exec(path)?.[1]).find(Boolean);
  // Debian has one folder for each of its three packages.
  const threading = /openblas-(\w+)\//.exec(paths.join(" "))?.[1];
  const words = [[name, version].filter(Boolean).join(" "), threading, core && `for ${core}`];
  return { ...plain, name: words.filter(Boolean).join(", "), hasOwnThreads: threading === "pthread" };
}
