/* chart_words.js - a chart in words and as a table. */
import { amount, amountParts, exactly, period, when } from './format.js';
import { plainTable } from './table.js';

/** @typedef {import('./chart.js').Chart} Chart */

const TABLE_ROWS = 500;

/** For those who do not see it. @param {Chart} chart */
export function wordsOf(chart) {
  const parts = chart.spec.lines
    .filter((line) => !line.quiet)
    .map((line) => {
      const i = chart.spec.lines.indexOf(line);
      let low = Infinity,
        high = -Infinity,
        last = null;
      for (const v of chart.data[i + 1])
        if (v != null) {
          low = Math.min(low, v);
          high = Math.max(high, v);
          last = v;
        }
      const name = chart.spec.lines.length > 1 ? `${line.label}: ` : '';
      const [least, most, end] = [low, high, last].map((v) => amount(v, chart.spec.unit));
      return last == null ? `${name}nothing recorded` : `${name}lowest ${least}, highest ${most}, last ${end}`;
    });
  const range = period(chart.group.from, chart.group.to);
  return `${chart.spec.title}, ${range}. ${parts.join('; ')}`;
}

/** The numbers of the range that is shown, the newest first. @param {Chart} chart */
export function tableOf(chart) {
  const x = chart.data[0];
  const inside = x
    .map((/** @type {number} */ _, /** @type {number} */ i) => i)
    .filter((/** @type {number} */ i) => x[i] >= chart.group.from && x[i] <= chart.group.to);
  const step = Math.max(1, Math.ceil(inside.length / TABLE_ROWS));
  const shown = inside.filter((/** @type {any} */ _, /** @type {number} */ k) => k % step === 0).reverse();
  const unit = chart.spec.unit;
  const [, name] = amountParts(1, unit);
  const alone = chart.spec.lines.length === 1;
  const columns = chart.spec.lines.map((line, k) => ({
    label: alone ? name || 'value' : line.label,
    num: true,
    show: (/** @type {number} */ i) => amount(chart.data[k + 1][i], unit),
    title: (/** @type {number} */ i) => exactly(chart.data[k + 1][i], unit),
  }));
  return plainTable(
    step > 1 ? `one point in ${step} of ${inside.length}` : `${inside.length} points`,
    [{ label: 'time', show: (/** @type {number} */ i) => when(x[i]) }, ...columns],
    shown,
  );
}
