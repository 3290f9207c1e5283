export const FLAGS: string[];
/** The path of Chromium; nothing if there is none. */
export function findChromium(): string | undefined;
