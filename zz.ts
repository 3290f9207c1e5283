import * as tf from '@tensorflow/tfjs';
import {startBackend} from './examples/support/backend.js';
import {readTable} from './examples/support/csv.js';
import {randomNumbers} from './examples/support/random.js';
import {compareGradients, measure} from './examples/dictionary/dictionary.js';
import {digitsTask, mixtureTask} from './examples/dictionary/tasks.js';
await startBackend('wasm');
const clock=()=>{const c=process.cpuUsage(); return (c.user+c.system)/1000};
const t=[digitsTask(readTable('digits.csv'), randomNumbers(1)), mixtureTask(randomNumbers(2))];
for (const k of t) console.log(k.name, k.measuring.labels.length, compareGradients(k, 3, clock));
for (const k of t) { const c=clock(); const r=await measure(k,{choosing:1,measuring:1,seed:1},()=>{}); console.log(clock()-c); console.log(r, tf.memory().numTensors);}
