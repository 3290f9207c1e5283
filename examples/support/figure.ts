/** @file Draws a figure of vega-lite as SVG. */
import {parse, View} from 'vega';
import {compile, type TopLevelSpec} from 'vega-lite';

/** Colours that can be told apart by most colour-blind readers (Okabe & Ito 2008). */
export const COLOURS = {
  blue: '#0072b2',
  orange: '#d55e00',
  green: '#009e73',
  pink: '#cc79a7',
  yellow: '#e69f00',
  sky: '#56b4e9',
  grey: '#8a929c',
  black: '#222222',
};

/** The look that all figures share. */
const CONFIG = {
  font: 'sans-serif',
  axis: {gridColor: '#ececec', domainColor: '#888888'},
  view: {stroke: null},
};

/** The figure, as SVG text. */
export function drawFigure(spec: TopLevelSpec): Promise<string> {
  const whole = {background: 'white', padding: 12, ...spec, config: {...CONFIG, ...spec.config}};
  return new View(parse(compile(whole as TopLevelSpec).spec), {renderer: 'none'}).toSVG();
}
