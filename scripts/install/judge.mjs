/** @file Whether what a host has computed is right: in closed form, and for the saved model as where it was saved. */

const close = (got, expected, tolerance) =>
  Array.isArray(got) &&
  got.length === expected.length &&
  got.every((value, i) => Math.abs(value - expected[i]) <= tolerance);

/** @param threads Whether worker threads must have taken samples; `null` if either is fine. @throws If anything is not right. */
export function judge(result, saved, {threads = false} = {}) {
  const expectations = {
    x: () => close(result.x, [0, 1], 1e-6),
    gradient: () => close(result.gradient, [1, -1], 1e-6),
    layer: () => close(result.layer, [-1 / 1.001, 2 / 1.001], 1e-6),
    falls: () => result.falls === true,
    loaded: () => close(result.loaded, saved.output, 1e-5),
    leaked: () => result.leaked === 0,
    helped: () => threads === null || (threads ? result.helped > 0 : result.helped === 0),
  };
  const wrong = Object.keys(expectations).filter((name) => !expectations[name]());
  if (wrong.length > 0) throw new Error(`wrong: ${wrong.join(', ')} in ${JSON.stringify(result)}`);
}
