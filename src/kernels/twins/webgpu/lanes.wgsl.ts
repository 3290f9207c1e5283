/** @file WGSL: the memory of a problem, and the operations that its threads perform together. */

/**
 * @param lanes The number of threads that share a problem. They form a workgroup, unless there is only one.
 * @param threads The number of threads in a workgroup.
 */
export function lanesCode(lanes: number, threads: number): string {
  return `
const LANES = ${lanes};
var<private> problem: i32;
var<private> lane: i32;
var<private> base: i32;
var<private> stride: i32;
fn rd(area: i32, i: i32) -> f32 { return work[base + (area + i) * stride]; }
fn wr(area: i32, i: i32, value: f32) { work[base + (area + i) * stride] = value; }
fn rdd(area: i32, i: i32) -> D {
  let at = base + (area + 2 * i) * stride;
  return D(work[at], work[at + stride]);
}
fn wrd(area: i32, i: i32, value: D) {
  let at = base + (area + 2 * i) * stride;
  work[at] = value.x;
  work[at + stride] = value.y;
}
${lanes === 1 ? alone(threads) : TOGETHER}`;
}

/** What stays of a problem when its memory is another's: the buffer 'record', of `$record_words` words a problem. */
export const RECORD = `
fn record_place(i: i32) -> i32 {
  return (problem / $record_tile * $record_words + i) * $record_tile + problem % $record_tile;
}
fn noted(i: i32) -> f32 { return record[record_place(i)]; }
fn note(i: i32, value: f32) { record[record_place(i)] = value; }
`;

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
    problem = i;
    solve();
  }
}`;

const TOGETHER = `
var<workgroup> agreed: i32;
var<workgroup> shared_values: array<D, LANES>;
fn sync() { storageBarrier(); }
fn agree(condition: bool) -> bool { return share(i32(condition)) != 0; }
fn share(value: i32) -> i32 {
  if (lane == 0) { agreed = value; }
  return workgroupUniformLoad(&agreed);
}
fn most(value: f32) -> f32 {
  shared_values[lane] = D(value, 0);
  workgroupBarrier();
  if (lane == 0) {
    for (var i = 1; i < LANES; i++) { shared_values[0].x = max(shared_values[0].x, shared_values[i].x); }
  }
  return workgroupUniformLoad(&shared_values[0]).x;
}
fn total(value: D) -> D {
  shared_values[lane] = value;
  workgroupBarrier();
  if (lane == 0) {
    for (var i = 1; i < LANES; i++) { shared_values[0] = add(shared_values[0], shared_values[i]); }
  }
  return workgroupUniformLoad(&shared_values[0]);
}
fn main(group: i32, thread: i32) {
  if (group >= $slots) { return; }
  nothing = $nothing;
  lane = thread;
  base = group * $words;
  stride = 1;
  for (var i = group; i < $count; i += $slots) {
    problem = i;
    solve();
    sync();
  }
}`;
