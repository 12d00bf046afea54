// How large a digit is, as the networks see it.

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
