// How a JPEG is refused.

/**
 * Of a kind that is not read, though nothing is wrong with it; more pixels than are read; what would take too long or too much
 * memory; or damage.
 */
export type JpegFault = "unsupported" | "too_many_pixels" | "too_costly" | "damaged";

/** @param what as a sentence about the file goes on: "is damaged; …" */
export type RefuseJpeg = (fault: JpegFault, what: string) => never;
