/** @file WGSL: the memory of a problem, and the operations that its threads perform together. */

/** How the threads of a device work on a problem. */
export interface Lanes {
  /** The number of threads that share a problem. They form a workgroup, unless there is only one. */
  lanes: number;
  /** The number of threads in a workgroup. */
  threads: number;
  /** The words of workgroup memory, in which the areas from `FAST` on lie. */
  fast: number;
  /** Whether threads of a subgroup exchange values without memory. */
  subgroups: boolean;
}

/** Where the record of a problem begins, in the code that begins a problem. */
const RECORD_START =
  'record_at = problem / $record_tile * $record_words * $record_tile + problem % $record_tile;';

/** The place of the first area in workgroup memory. No other memory is so large. */
export const FAST = 2 ** 28;

/** @param hasRecord Whether the buffer 'record', of `$record_words` words a problem, has what stays of a problem when its memory is another's. */
export function lanesCode({lanes, threads, fast, subgroups}: Lanes, hasRecord: boolean): string {
  return `
const LANES = ${lanes};
var<private> problem: i32;
var<private> sample: i32;
${lanes === 1 ? 'const lane = 0;' : 'var<private> lane: i32;'}
var<private> base: i32;
var<private> stride: i32;
${fast > 0 ? fastMemory(fast) : MEMORY}
fn rdd(area: i32, i: i32) -> D { return D(rd(area, 2 * i), rd(area, 2 * i + 1)); }
fn wrd(area: i32, i: i32, value: D) {
  wr(area, 2 * i, value.x);
  wr(area, 2 * i + 1, value.y);
}
fn begin(which: i32) {
  problem = which;
  sample = $first + which;
  ${hasRecord ? RECORD_START : ''}
}
${hasRecord ? RECORD : ''}
${lanes === 1 ? alone(threads) : [subgroups ? SUBGROUPS : TREE, together(fast > 0)].join('\n')}`;
}

const RECORD = `
var<private> record_at: i32;
fn record_place(i: i32) -> i32 { return record_at + i * $record_tile; }
fn noted(i: i32) -> f32 { return record[record_place(i)]; }
fn note(i: i32, value: f32) { record[record_place(i)] = value; }
`;

const MEMORY = `
fn rd(area: i32, i: i32) -> f32 { return work[base + (area + i) * stride]; }
fn wr(area: i32, i: i32, value: f32) { work[base + (area + i) * stride] = value; }`;

const fastMemory = (words: number) => `
var<workgroup> fast: array<f32, ${words}>;
fn rd(area: i32, i: i32) -> f32 {
  if (area >= ${FAST}) { return fast[area - ${FAST} + i]; }
  return work[base + area + i];
}
fn wr(area: i32, i: i32, value: f32) {
  if (area >= ${FAST}) { fast[area - ${FAST} + i] = value; } else { work[base + area + i] = value; }
}`;

const alone = (threads: number) => `
fn sync() {}
fn agree(condition: bool) -> bool { return condition; }
fn share(value: i32) -> i32 { return value; }
fn most(value: f32) -> f32 { return value; }
fn total(value: D) -> D { return value; }
fn main(group: i32, thread: i32) {
  let slot = group * ${threads} + thread;
  if (slot >= $slots) { return; }
  nothing = $nothing;
  base = slot / $tile * $tile * $words + slot % $tile;
  stride = $tile;
  for (var i = slot; i < $count; i += $slots) {
    begin(i);
    solve();
  }
}`;

/** Reductions of pairs of threads, in as many steps as LANES has digits. */
const TREE = `
fn most(value: f32) -> f32 {
  shared_values[lane] = D(value, 0);
  for (var others = LANES / 2; others > 0; others /= 2) {
    workgroupBarrier();
    if (lane < others) { shared_values[lane].x = max(shared_values[lane].x, shared_values[lane + others].x); }
  }
  return workgroupUniformLoad(&shared_values[0]).x;
}
fn total(value: D) -> D {
  shared_values[lane] = value;
  for (var others = LANES / 2; others > 0; others /= 2) {
    workgroupBarrier();
    if (lane < others) { shared_values[lane] = add(shared_values[lane], shared_values[lane + others]); }
  }
  return workgroupUniformLoad(&shared_values[0]);
}`;

/** Within subgroups without memory; then one thread takes the results of the subgroups, which are few. */
const SUBGROUPS = `
fn most(value: f32) -> f32 {
  let own = subgroupMax(value);
  if (of_subgroup == 0) { shared_values[subgroup] = D(own, 0); }
  workgroupBarrier();
  if (lane == 0) {
    for (var i = 1; i < LANES / subgroup_lanes; i++) { shared_values[0].x = max(shared_values[0].x, shared_values[i].x); }
  }
  return workgroupUniformLoad(&shared_values[0]).x;
}
fn total(value: D) -> D {
  var own = value;
  for (var others = 1; others < subgroup_lanes; others *= 2) {
    own = add(own, D(subgroupShuffleXor(own.x, u32(others)), subgroupShuffleXor(own.y, u32(others))));
  }
  if (of_subgroup == 0) { shared_values[subgroup] = own; }
  workgroupBarrier();
  if (lane == 0) {
    for (var i = 1; i < LANES / subgroup_lanes; i++) { shared_values[0] = add(shared_values[0], shared_values[i]); }
  }
  return workgroupUniformLoad(&shared_values[0]);
}`;

const together = (hasFast: boolean) => `
var<workgroup> agreed: i32;
var<workgroup> shared_values: array<D, LANES>;
fn sync() {
  storageBarrier();
  ${hasFast ? 'workgroupBarrier();' : ''}
}
fn agree(condition: bool) -> bool { return share(i32(condition)) != 0; }
fn share(value: i32) -> i32 {
  if (lane == 0) { agreed = value; }
  return workgroupUniformLoad(&agreed);
}
fn main(group: i32, thread: i32) {
  if (group >= $slots) { return; }
  nothing = $nothing;
  lane = thread;
  base = group * $words;
  stride = 1;
  for (var i = group; i < $count; i += $slots) {
    begin(i);
    solve();
    sync();
  }
}`;
