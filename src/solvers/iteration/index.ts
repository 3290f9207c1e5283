/**
 * @file The common part of the iterative solvers (`iterate.ts`): a start and a step (`types.ts`), which a loop repeats (`loop.ts`; samples
 *   that are solved do not change) until a stopping test ends it (`stopping.ts`).
 */
export {type IterativeSolver} from './iterate.js';
export {fromStep, type AnyRank, type OwnSteps, type StepResult} from './from-step.js';
export {type IterationReport, type ReportOptions} from './report-options.js';
export {type AuxObjective, type Minimization, type ValueWithAux} from './problem.js';
export {type StepSchedule} from './step-schedule.js';
export {type RunResult} from './run-result.js';
export {type AsyncOptions} from './in-slices.js';
export {type Pause, type Resumed, type SolveProgress, type Steps} from './steps.js';
export {
  type Iteration,
  type IterationState,
  type Progress,
  type SolverOptions,
  type StepDetails,
} from './types.js';
