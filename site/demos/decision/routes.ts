/** @file The three paths of a day, as the page names and colours them. */
export const ROUTES = {
  best: {text: 'best path', colour: 'var(--figure-row-1)'},
  twoStage: {text: 'two stages', colour: 'var(--figure-target)'},
  focused: {text: 'decision-focused', colour: 'var(--figure-row-0)'},
};

export type RouteName = keyof typeof ROUTES;
