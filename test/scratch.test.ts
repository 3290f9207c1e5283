import * as tf from '@tensorflow/tfjs-core';
import {customRoot, rootVjp, rootJvp} from '../src/implicit/index.js';
import {auto, cg, gmres, bicgstab, minres, normalCg, qr, lu} from '../src/linsolve/public.js';
import {stationary} from '../src/conditions/public.js';
import {describeBackends} from './helpers/backends.js';
import {seededRandom} from './zoo/linear-systems.js';

describeBackends('scratch', () => {
  for (const n of (process.env.NS ?? '640,2560,5000').split(',').map(Number)) {
    it(`ridge logistic ${n}`, function () { (this as any).timeout(600000);
      const m = 60; const random = seededRandom(n);
      const X = Float32Array.from({length: m * n}, () => random() * 2 - 1);
      const y = Float32Array.from({length: m}, () => (random() < 0.5 ? -1 : 1));
      const lambda = Math.fround(0.1);
      // solve in f64 by dual: w = Xᵀ a; Newton on a (m unknown) : lam*w = Xᵀ(y s(-y Xw))/m => a_i = y_i s_i/(m lam)
      const K = new Float64Array(m*m); for (let i=0;i<m;i++) for (let j=0;j<=i;j++){let s=0; for(let k=0;k<n;k++) s+=X[i*n+k]*X[j*n+k]; K[i*m+j]=K[j*m+i]=s;}
      const solveDense=(A:Float64Array,b:Float64Array)=>{const N=b.length;const a=A.slice(),x=b.slice();for(let k=0;k<N;k++){let p=k;for(let i=k;i<N;i++)if(Math.abs(a[i*N+k])>Math.abs(a[p*N+k]))p=i;if(p!==k){for(let j=0;j<N;j++){const t=a[k*N+j];a[k*N+j]=a[p*N+j];a[p*N+j]=t;}const t=x[k];x[k]=x[p];x[p]=t;}for(let i=k+1;i<N;i++){const f=a[i*N+k]/a[k*N+k];for(let j=k;j<N;j++)a[i*N+j]-=f*a[k*N+j];x[i]-=f*x[k];}}for(let i=N-1;i>=0;i--){for(let j=i+1;j<N;j++)x[i]-=a[i*N+j]*x[j];x[i]/=a[i*N+i];}return x;};
      let a = new Float64Array(m); const sg=(t:number)=>1/(1+Math.exp(-t));
      for (let it=0; it<200; it++){ const z=Float64Array.from(a,(_,i)=>{let s=0;for(let j=0;j<m;j++)s+=K[i*m+j]*a[j];return s;});
        const s=z.map((v,i)=>sg(-y[i]*v)); const F=a.map((v,i)=>m*lambda*v-y[i]*s[i]); const J=new Float64Array(m*m);
        for(let i=0;i<m;i++)for(let j=0;j<m;j++)J[i*m+j]=(i===j?m*lambda:0)+s[i]*(1-s[i])*K[i*m+j];
        const d=solveDense(J,F as any); a=a.map((v,i)=>v-d[i]); if(Math.hypot(...d)<1e-15) break;}
      const w=new Float64Array(n); for(let i=0;i<m;i++)for(let k=0;k<n;k++)w[k]+=X[i*n+k]*a[i];
      // gradient of sum(c*w*) wrt lambda: -c^T H^-1 w ; H = XtDX/m + lam I
      const c=Float32Array.from({length:n},()=>random()*2-1 + 0.5);
      const zz=Float64Array.from(a,(_,i)=>{let s=0;for(let k=0;k<n;k++)s+=X[i*n+k]*w[k];return s;});
      const D=zz.map((v,i)=>sg(-y[i]*v)*sg(y[i]*v)/m);
      // H^-1 w = (w - Xt (lam D^-1 + K)^-1 X w)/lam
      const M2=K.slice(); for(let i=0;i<m;i++)M2[i*m+i]+=lambda/D[i];
      const t=solveDense(M2,zz); const h=w.slice(); for(let i=0;i<m;i++)for(let k=0;k<n;k++)h[k]-=X[i*n+k]*t[i];
      let ref=0; for(let k=0;k<n;k++)ref-=c[k]*h[k]/lambda;
      let loose=0; for(let k=0;k<n;k++)loose+=Math.abs(c[k]*h[k]/lambda);
      tf.tidy(()=>{
        const Xt=tf.tensor2d(X,[m,n]), yt=tf.tensor1d(y), ct=tf.tensor1d(c);
        const cond=stationary<tf.Tensor,[tf.Tensor]>((v,l)=>tf.add(tf.mean(tf.softplus(tf.neg(tf.mul(yt,tf.reshape(tf.matMul(Xt,tf.reshape(v,[n,1])),[m]))))),tf.mul(tf.mul(0.5,l),tf.sum(tf.square(v)))));
        for (const s of [auto(), gmres(), cg(), minres(), bicgstab(), normalCg()]) {
          const t0=Date.now(); let info='';
          const g=rootVjp(cond,tf.tensor1d(Float32Array.from(w)),[tf.scalar(lambda)],ct,{batched:false,linsolve:s,onGradient:(i)=>{info=`conv ${i.converged.dataSync()} it ${i.iterations.dataSync()} res ${i.residual.dataSync()}`}})[0].dataSync()[0];
          console.log(tf.getBackend(),n,s.className,g,ref,'rel',Math.abs(g-ref)/Math.abs(ref),info,Date.now()-t0,'ms');
        }
      });
    });
  }
});
