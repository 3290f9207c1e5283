/** Makes `navigator.gpu`. @returns Why that is not possible, or `null`. */
export function offerWebGPU(): Promise<string | null>;
