/** The value of a Content-Security-Policy. */
export function pagePolicy(): string;
