/** @file Examples of the documentation: finds the code blocks of a page, and compares what one prints with its `// →` comments. */

const BLOCK = /^#+ (.+)$|^```(?:ts|js)(?: (\w+))?\n([^]*?)^```$/gm;
/** `// → value` is exact to four digits; `// ≈ value` follows training that starts from random weights. */
const EXPECTED = /\/\/ ([→≈]) (.+)$/gm;
const TOLERANCE = {'→': 1e-4, '≈': 0.02};

/**
 * The `ts` and `js` blocks of a page, each with the heading above it.
 *
 * @param kind The second word of the fence, as in "ts webgpu". Default: those without one, which run everywhere.
 */
export function examplesOf(markdown, page, kind) {
  const examples = [];
  let heading = page;
  for (const [, title, word, code] of markdown.matchAll(BLOCK)) {
    if (title) heading = title;
    else if (word === kind) examples.push({title: `${page}: ${heading}`, code});
  }
  return examples;
}

/**
 * Compares the arguments of each call of `console.log` with the comments of the code, in the order of both.
 * @throws If a value differs, if there are more calls than comments or fewer, or if the code prints nothing.
 */
export function checkPrinted(code, calls) {
  const expected = [...code.matchAll(EXPECTED)];
  if (expected.length === 0) throw new Error('the example shows no result (// → …)');
  const printed = calls.map((values) => values.map(read));
  if (printed.length !== expected.length)
    throw new Error(`${expected.length} results are shown, but printed were ${JSON.stringify(printed)}`);
  for (const [i, [comment, sign, text]] of expected.entries()) {
    const values = parse(`[${text.replaceAll("'", '"')}]`);
    if (!alike(printed[i], values, TOLERANCE[sign]))
      throw new Error(`printed ${JSON.stringify(printed[i])}, shown ${comment}`);
  }
}

/** What was printed: tensors print as text, which begins with "Tensor". */
function read(value) {
  if (typeof value !== 'string' || !value.startsWith('Tensor\n')) return value;
  return parse(value.slice('Tensor\n'.length));
}

/** tfjs prints a comma after a single row. */
const parse = (text) => JSON.parse(text.replace(/,(\s*\])/g, '$1').replace(/-?Infinity|NaN/g, '"$&"'));

function alike(actual, expected, tolerance) {
  if (Array.isArray(expected))
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((entry, i) => alike(actual[i], entry, tolerance))
    );
  if (typeof expected === 'number')
    return typeof actual === 'number' && Math.abs(actual - expected) <= tolerance;
  return String(actual) === String(expected);
}
