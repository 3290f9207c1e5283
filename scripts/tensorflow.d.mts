/** Registers the backend 'tensorflow'. @returns Why that is not possible, or `null`. */
export function offerTensorflow(): string | null;
