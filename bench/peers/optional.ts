/** @file Peers that are measured when they are installed. */

const missing = new Set<string>();

/** The module, or `null` with a note for the end of the table. */
export async function optional<T>(name: string, load: () => Promise<T>): Promise<T | null> {
  try {
    return await load();
  } catch (error) {
    missing.add(`${name} (${(error as Error).message.split('\n')[0]})`);
    return null;
  }
}

/** Who was asked for and is not there. */
export function missingPeers(): string[] {
  return [...missing];
}
