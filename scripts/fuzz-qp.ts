/** @file Solves many random quadratic programs and judges every answer: npm run fuzz:qp -- --help. */
import {parseArgs} from 'node:util';
import {Presets, SingleBar} from 'cli-progress';
import {startBackend} from '../examples/support/backend.js';
import '@tensorflow/tfjs-backend-cpu';
import {
  judgeNasty,
  judgeSolved,
  solveBatchAsync,
  type Judgement,
  type Outcome,
} from '../test/helpers/qp-verdicts.js';
import type {QPCase} from '../test/zoo/qp/case.js';
import {metamorphicBatch} from '../test/zoo/qp/metamorphic.js';
import {nastyBatch} from '../test/zoo/qp/nasty.js';

const HELP = `npm run fuzz:qp -- [options]
  --kind KIND     metamorphic (changes that cannot change a solution) or nasty (hard on purpose); default both
  --count N       problems of each kind, default 10000
  --batch N       problems in one call of solveQP, default 64
  --seed S        default 1
  --only TEXT     of the changes, or of the nasty kinds, those whose name contains it; '' changes nothing
  --from N        skips the batches before this one (with --count no larger than --batch: only this one)
  --backend NAME  cpu (default), wasm or webgpu
  --show N        how many cases of each sort are printed, default 5
  --json          prints each of them as JSON, with the data
Exit code 1 if any answer was wrong.`;

const {values: options} = parseArgs({
  options: {
    kind: {type: 'string', default: 'metamorphic,nasty'},
    count: {type: 'string', default: '10000'},
    batch: {type: 'string', default: '64'},
    seed: {type: 'string', default: '1'},
    only: {type: 'string'},
    from: {type: 'string', default: '0'},
    backend: {type: 'string', default: 'cpu'},
    show: {type: 'string', default: '5'},
    json: {type: 'boolean', default: false},
    help: {type: 'boolean', default: false},
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}
await startBackend(options.backend);

interface Case {
  name: string;
  seed: string;
  place: string;
  problem: QPCase;
  outcome: Outcome;
  judgement: Judgement;
}

const [count, size, from, show] = [options.count, options.batch, options.from, options.show].map(Number);

/** The cases of one batch, judged. */
async function run(kind: string, index: number): Promise<Case[]> {
  const seed = `${options.seed} ${kind} ${index}`;
  const place = `--kind ${kind} --seed ${options.seed} --from ${index} --count ${size} --batch ${size}`;
  const described = async <P extends QPCase>(
    name: string,
    problems: P[],
    neighbours: QPCase[],
    judge: (problem: P, outcome: Outcome) => Judgement,
  ) => {
    const outcomes = await solveBatchAsync([...problems, ...neighbours]);
    return problems.map((problem, i) => {
      const outcome = outcomes[i];
      return {name, seed: `${seed} ${i}`, place, problem, outcome, judgement: judge(problem, outcome)};
    });
  };
  if (kind === 'nasty') {
    const problems = nastyBatch(seed, size, options.only);
    return described(problems[0].name, problems, [], judgeNasty);
  }
  const {name, samples, neighbours} = metamorphicBatch(seed, size, options.only);
  return described(name, samples, neighbours, judgeSolved);
}

let wrong = 0;
for (const kind of options.kind.split(',')) {
  const bar = new SingleBar(
    {clearOnComplete: true, format: `${kind} {bar} {value}/{total}, {eta} s`},
    Presets.legacy,
  );
  bar.start(count, 0);
  const verdicts: Record<string, number> = {};
  const statuses: Record<number, number> = {};
  /** By verdict, and by the words of its name. */
  const kept: Record<string, Case[]> = {};
  const blame: Record<string, Record<string, number>> = {};
  const start = performance.now();
  let done = 0;
  for (let index = from; done < count; index++) {
    const cases = await run(kind, index);
    for (const one of cases) {
      const {verdict} = one.judgement;
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
      statuses[one.outcome.status] = (statuses[one.outcome.status] ?? 0) + 1;
      for (const word of one.name.split(', ')) {
        const row = (blame[word] ??= {});
        row[verdict] = (row[verdict] ?? 0) + 1;
      }
      if (verdict === 'right' || verdict === 'unknown') continue;
      (kept[verdict] ??= []).push(one);
    }
    done += cases.length;
    bar.update(Math.min(done, count));
  }
  bar.stop();
  wrong += verdicts.wrong ?? 0;
  console.log(`${kind}: ${done} problems in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  console.log(`  verdicts ${JSON.stringify(verdicts)}, statuses ${JSON.stringify(statuses)}`);
  console.table(blame);
  for (const [verdict, cases] of Object.entries(kept)) {
    for (const one of cases.slice(0, show)) {
      console.log(
        `  ${verdict}: ${one.name}: ${one.judgement.why} (${one.place}, number ${one.seed.split(' ').at(-1)})`,
      );
      if (options.json) console.log(reproducer(one));
    }
  }
}
process.exit(wrong > 0 ? 1 : 0);

/** The data and what came back; infinities as strings. */
function reproducer({problem, outcome, name}: Case): string {
  const {Q, p, G, h, A, b} = problem;
  const finite = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  const known = 'x' in problem ? (problem as QPCase & {x: number[]}).x : undefined;
  return JSON.stringify({name, problem: {Q, p, G, h, A, b}, known, outcome}, finite);
}
