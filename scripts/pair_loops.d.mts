/** A kernel's source, with loops over four lanes doing eight. */
export declare function pairLoops(text: string): string;
