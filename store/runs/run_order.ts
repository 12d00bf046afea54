// In which order runs are listed.

export const ORDERS = ["newest", "validation", "test", "duration"] as const;
export type Order = (typeof ORDERS)[number];
