/** @file Callbacks for `model.fit`. */
export {progress, type FitProgress, type ProgressCallback} from './progress.js';
export {solves, type SolveHistory, type SolvesOptions} from './solves.js';
export {type LineChart, type TfVis} from './charts.js';
