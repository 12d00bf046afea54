// What `mnist runs --sort` takes.

export const ORDERS = ["newest", "validation", "test", "duration"] as const;
export type Order = (typeof ORDERS)[number];
