export const ISOLATED: Record<string, string>;
export function serve(
  folder: string,
  headers?: Record<string, string>,
): Promise<{address: string; close: () => Promise<void>}>;
