/** @file `SparseKernels` in plain TypeScript. */
import {
  padded,
  strideOf,
  type SparseFactors,
  type SparseKernels,
  type SparsePlan,
} from '../../contracts/sparse.js';

export const referenceSparse: SparseKernels = {
  name: 'reference',

  factor(factors, values, least, instead) {
    const {plan, panels, stack} = factors;
    panels.fill(0);
    let replaced = 0;
    for (let s = 0; s < plan.supernodes; s++) {
      assemble(factors, s, values);
      const found = factorPanel(factors, s, least, instead);
      if (found < 0) return -1;
      replaced += found;
      addProducts(factors, s);
      const others = plan.rowStarts[s + 1] - plan.rowStarts[s];
      const [work, kept] = [plan.workStarts[s], plan.keptStarts[s]];
      if (work !== kept) stack.copyWithin(kept, work, work + others * padded(others));
    }
    return replaced;
  },

  solve({plan, panels, inverse, signs, ordered: y}, x) {
    const {n, order, supernodes, first, rowStarts, rows, panelStarts} = plan;
    for (let k = 0; k < n; k++) y[k] = x[order[k]];
    for (let s = 0; s < supernodes; s++) {
      const {own, others, ends, stride} = sizesOf(plan, s);
      for (let k = 0; k < own; k++) {
        const at = panelStarts[s] + k * stride;
        const value = y[first[s] + k] * inverse[first[s] + k];
        y[first[s] + k] = value;
        for (let j = k + 1; j < own; j++) y[first[s] + j] -= panels[at + j] * value;
        for (let e = 0; e < others; e++) y[rows[rowStarts[s] + e]] -= panels[at + ends + e] * value;
      }
    }
    for (let k = 0; k < n; k++) y[k] *= signs[k];
    for (let s = supernodes - 1; s >= 0; s--) {
      const {own, others, ends, stride} = sizesOf(plan, s);
      for (let k = own - 1; k >= 0; k--) {
        const at = panelStarts[s] + k * stride;
        let sum = y[first[s] + k];
        for (let j = k + 1; j < own; j++) sum -= panels[at + j] * y[first[s] + j];
        for (let e = 0; e < others; e++) sum -= panels[at + ends + e] * y[rows[rowStarts[s] + e]];
        y[first[s] + k] = sum * inverse[first[s] + k];
      }
    }
    for (let k = 0; k < n; k++) x[order[k]] = y[k];
  },
};

function sizesOf({first, rowStarts}: SparsePlan, s: number) {
  const own = first[s + 1] - first[s];
  const others = rowStarts[s + 1] - rowStarts[s];
  return {own, others, ends: padded(own), stride: strideOf(own, others)};
}

/** Adds up the entries of a supernode and the contributions of its children, in its panel and on the stack. */
function assemble({plan, panels, stack}: SparseFactors, s: number, values: Float64Array): void {
  const {own, others, ends, stride} = sizesOf(plan, s);
  const panel = plan.panelStarts[s];
  const work = plan.workStarts[s];
  const row = padded(others);
  stack.fill(0, work, work + row * row);
  for (let e = plan.entryStarts[s]; e < plan.entryStarts[s + 1]; e++) {
    panels[panel + plan.targets[e]] += values[plan.sources[e]];
  }
  for (let c = plan.childStarts[s]; c < plan.childStarts[s + 1]; c++) {
    const child = plan.children[c];
    const from = plan.rowStarts[child];
    const count = plan.rowStarts[child + 1] - from;
    const width = padded(count);
    for (let a = 0; a < count; a++) {
      const to = plan.relative[from + a];
      const at = plan.keptStarts[child] + a * width;
      for (let b = a; b < count; b++) {
        const column = plan.relative[from + b];
        if (to < own) panels[panel + to * stride + column] += stack[at + b];
        else stack[work + (to - ends) * row + column - ends] += stack[at + b];
      }
    }
  }
}

/** @returns The number of pivots that were replaced, or −1. */
function factorPanel(
  {plan, panels, inverse, signs}: SparseFactors,
  s: number,
  least: number,
  instead: number,
): number {
  const {own, stride} = sizesOf(plan, s);
  let replaced = 0;
  for (let k = 0; k < own; k++) {
    const at = plan.panelStarts[s] + k * stride;
    for (let q = 0; q < k; q++) {
      const above = plan.panelStarts[s] + q * stride;
      const factor = panels[above + k] * signs[plan.first[s] + q];
      if (factor === 0) continue;
      for (let j = k; j < stride; j++) panels[at + j] -= factor * panels[above + j];
    }
    const sign = signs[plan.first[s] + k];
    let pivot = panels[at + k] * sign;
    if (!(Math.abs(pivot) < Infinity)) return -1;
    if (!(pivot > least)) {
      pivot = instead;
      replaced++;
    }
    const root = Math.sqrt(pivot);
    inverse[plan.first[s] + k] = 1 / root;
    panels[at + k] = root;
    for (let j = k + 1; j < stride; j++) panels[at + j] *= sign / root;
  }
  return replaced;
}

/** The contribution −= Σ Dₖ uₖuₖᵀ over the rows of the panel. */
function addProducts({plan, panels, signs, stack}: SparseFactors, s: number): void {
  const {own, others, ends, stride} = sizesOf(plan, s);
  const row = padded(others);
  for (let k = 0; k < own; k++) {
    const at = plan.panelStarts[s] + k * stride + ends;
    for (let a = 0; a < others; a++) {
      const factor = panels[at + a] * signs[plan.first[s] + k];
      if (factor === 0) continue;
      const to = plan.workStarts[s] + a * row;
      for (let b = a; b < others; b++) stack[to + b] -= factor * panels[at + b];
    }
  }
}
