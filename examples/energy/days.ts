/** @file What is known a day ahead: prices, the load, the sun and the temperature outside, in steps of 15 minutes. */
import type {Random} from '../support/random.js';

export const STEPS_PER_DAY = 96;
/** The length of a step. */
export const HOURS = 24 / STEPS_PER_DAY;

/** A number for each step. */
export interface Forecast {
  /** Of a kWh bought, in euros. */
  price: number[];
  /** What the household uses apart from the heat pump, in kW. */
  load: number[];
  /** What the panels on the roof yield, in kW. */
  sun: number[];
  /** In °C. */
  outside: number[];
}

/** Days in early spring that follow one another: two peaks of the price, some clouds, cold nights. */
export function makeForecast(days: number, random: Random): Forecast {
  const forecast: Forecast = {price: [], load: [], sun: [], outside: []};
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  for (let day = 0; day < days; day++) {
    const [level, spread, cheapNoon] = [between(0.22, 0.3), between(0.06, 0.12), between(0.02, 0.1)];
    const [brightest, clouds, mean, swing] = [between(2, 6), between(0, 0.6), between(0, 8), between(2, 5)];
    const [morning, evening] = [between(0.4, 1), between(1, 2.5)];
    let cloud = 0;
    for (let step = 0; step < STEPS_PER_DAY; step++) {
      const hour = step * HOURS;
      const peaks = bump(hour, 8, 1.5) + 1.2 * bump(hour, 19, 2);
      cloud = 0.8 * cloud + 0.2 * random.uniform();
      forecast.price.push(level + spread * (peaks - 0.3) - cheapNoon * bump(hour, 13, 2.5));
      const meals = morning * bump(hour, 7.5, 1) + evening * bump(hour, 19, 1.5);
      forecast.load.push(0.25 + meals + 0.15 * random.uniform());
      const height = Math.max(0, Math.sin((Math.PI * (hour - 6.5)) / 12));
      forecast.sun.push(brightest * height * (1 - clouds * 2 * cloud));
      forecast.outside.push(mean + swing * Math.cos((2 * Math.PI * (hour - 15)) / 24));
    }
  }
  return forecast;
}

/** A bell around an hour of the day. */
const bump = (hour: number, centre: number, width: number) => Math.exp(-(((hour - centre) / width) ** 2) / 2);
