/** @file Types of examples.mjs, for the tests. */
export function examplesOf(markdown: string, page: string, kind?: string): {title: string; code: string}[];
export function checkPrinted(code: string, calls: unknown[][]): void;
