/* axis.js - where axes begin and end, and what stands at their marks. */
import { DAY_MS, scaleOf, minute, clock, day } from './format.js';

const ROUND_STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];
const MINUTE_MS = 60e3;

/** The next round number. @param {number} v */
function roundUp(v) {
  const power = 10 ** Math.floor(Math.log10(v));
  return (ROUND_STEPS.find((step) => step * power >= v * (1 - 1e-9)) ?? 10) * power;
}

/** Of these a person expects the axis to begin at zero. @param {string} unit */
const fromZero = (unit) => ['By/s', '1/s', 'W', 'A', 's', 'J', '{rpm}'].includes(unit);

/**
 * The range of a y axis: 0..100 of a percentage; from zero for rates, and wherever the values do not lie far above it.
 * @param {number | null} low - of the values
 * @param {number | null} high
 * @param {string} unit
 * @returns {[number, number]}
 */
export function valueRange(low, high, unit) {
  if (low == null || high == null || !Number.isFinite(low) || !Number.isFinite(high))
    return unit === '%' ? [0, 100] : [0, 1];
  if (unit === '%') return [Math.min(0, low), high > 100.5 ? roundUp(high) : 100];
  if (low >= 0 && (fromZero(unit) || low <= high / 2)) return [0, high > 0 ? roundUp(high * 1.04) : 1];
  const length = Math.max(high - low, Math.abs(high) * 0.02, 1e-9);
  const step = roundUp(length / 4);
  return [Math.floor((low - length * 0.04) / step) * step, Math.ceil((high + length * 0.04) / step) * step];
}

/**
 * The marks of a y axis: digits only, and the unit at the uppermost.
 * @param {number[]} marks
 * @param {string} unit
 */
export function valueMarks(marks, unit) {
  const top = marks.reduce((most, mark) => Math.max(most, Math.abs(mark)), 0);
  const { factor, name } = scaleOf(top, unit);
  const step = marks.length > 1 ? (marks[1] - marks[0]) / factor : 1;
  const digits = Math.max(0, Math.min(4, Math.ceil(-Math.log10(Math.abs(step) || 1) - 1e-9)));
  const exact = Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6 ? digits + 1 : digits;
  return marks.map((mark, i) => {
    const text = mark === 0 ? '0' : (mark / factor).toFixed(exact);
    return i === marks.length - 1 && name ? `${text} ${name}` : text;
  });
}

/**
 * The marks of a time axis in the zone of the person who looks.
 * @param {number[]} marks - ms
 * @param {number} step - ms between them
 */
export function timeMarks(marks, step) {
  return marks.map((mark) => {
    if (step >= DAY_MS || (minute(mark) === '00:00' && step >= MINUTE_MS)) return day(mark);
    return step >= MINUTE_MS ? minute(mark) : clock(mark);
  });
}
