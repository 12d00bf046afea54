export const slimKernels: string;
export function operationsMarkedPure(source: string): string;
