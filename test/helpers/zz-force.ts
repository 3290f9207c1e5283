import * as tf from '@tensorflow/tfjs-core';
import '../../src/index.js';
export const mochaHooks = {beforeEach() { tf.env().set('IMPLICIT_DEVICE', 'backend' as never); }};
(globalThis as any).QPLOG=(x: any)=>{const g=globalThis as any; if(String(x).startsWith('end')){g.QN=(g.QN??0)+Number(String(x).slice(4));} else g.QT=(g.QT??0)+0;}; process.on('exit',()=>console.log('HOST FALLBACK SAMPLES',(globalThis as any).QN));
