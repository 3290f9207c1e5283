/** @file Writes out/qps.json: a sample of the quadratic programs of the test collection, for qp_references.py. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {REFERENCE_QPS} from '../../test/zoo/qp-families.js';

const out = new URL('../../out/', import.meta.url);
mkdirSync(out, {recursive: true});
writeFileSync(new URL('qps.json', out), JSON.stringify(REFERENCE_QPS));
console.log(`${REFERENCE_QPS.length} problems`);
