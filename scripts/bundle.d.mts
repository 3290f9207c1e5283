import type {BuildOptions} from 'esbuild';

export function bundle(source: string, folder: string, options?: BuildOptions): Promise<string>;
export function gzipped(text: string): number;
