/* board.js - charts with what was recorded in a range, and what comes in live. */
import { h, fill } from './dom.js';
import { get, live } from './api.js';
import { Chart } from './chart.js';
import { ChartGroup } from './group.js';
import { when } from './format.js';
import { here } from './state.js';

/** @typedef {import('./route.js').Range} Range */
/** @typedef {import('./api.js').Frames} Frames */
/** @typedef {import('./chart.js').ChartSpec & {lines: {id: string, label: string}[]}} Plan - a line for each metric */

const POINTS_MOST = 1200;
const QUERY_MOST = 1500;
const AGAIN_MS = 4000;
const DESCRIBE_MS = 60e3;

/** Ids in lists that fit into an address. @param {string[]} ids */
function inPieces(ids) {
  /** @type {string[][]} */
  const pieces = [];
  let length = Infinity;
  for (const id of ids) {
    if (length + id.length > QUERY_MOST) {
      pieces.push([]);
      length = 0;
    }
    pieces[pieces.length - 1].push(id);
    length += 1.5 * id.length;
  }
  return pieces;
}

/** A single value that is missing where points are as close as samples is lateness, not a gap. @param {any[]} values */
function joinLate(values) {
  for (let i = 1; i + 1 < values.length; i++)
    if (values[i] === null && values[i - 1] != null && values[i + 1] != null) values[i] = undefined;
}

export class Board {
  /** @param {string} [name] - class of the root */
  constructor(name) {
    this.root = h('div', { class: name ?? 'board' });
    this.group = new ChartGroup();
    /** @type {Chart[]} */
    this.charts = [];
    /** @type {number[]} */
    this.times = [];
    /** @type {Map<string, {mean: any[], low: any[], high: any[], count: number}>} */
    this.columns = new Map();
    /** @type {Range | null} */
    this.range = null;
    this.stepMs = 1000;
    this.intervalMs = 1000;
    /** @type {AbortController | null} */
    this.asking = null;
    this.again = 0;
    this.described = 0; // when the charts were put into words, ms
    this.onShown = () => {};
    /** @type {string[]} */
    this.order = [];
    this.ends = [
      live.on('schema', (schema) => {
        this.order = schema.ids;
      }),
      live.on('tick', (tick) => this.tick(tick)),
    ];
  }

  /** Shows these charts from now on; those that stay are kept. @param {Plan[]} plans */
  setPlans(plans) {
    const kept = new Map(this.charts.map((chart) => [JSON.stringify(chart.spec), chart]));
    this.charts = plans.map((plan) => {
      const key = JSON.stringify(plan);
      const chart = kept.get(key) ?? new Chart(plan, this.group);
      kept.delete(key);
      return chart;
    });
    kept.forEach((chart) => chart.destroy());
    fill(
      this.root,
      this.charts.map((chart) => chart.root),
    );
  }

  ids() {
    return [...new Set(this.charts.flatMap((chart) => chart.spec.lines.map((line) => line.id ?? '')))];
  }

  /**
   * @param {Range} range
   * @param {number} intervalS - between samples
   */
  async load(range, intervalS) {
    clearTimeout(this.again);
    this.range = range;
    this.intervalMs = 1000 * (intervalS || 1);
    this.group.tellsMeans = !range.live;
    this.group.setRange(range.from, range.to);
    for (const { link, spec } of this.charts) link?.setAttribute('href', here('explore', { m: spec.opens }));
    const ids = this.ids();
    live.want(range.live ? ids : []);
    if (!ids.length) return;
    this.asking?.abort();
    const { signal } = (this.asking = new AbortController());
    const width = Math.max(300, Math.min(POINTS_MOST, this.root.clientWidth || POINTS_MOST));
    const points = Math.max(2, Math.min(width, Math.round((range.to - range.from) / this.intervalMs)));
    try {
      const answers = await Promise.all(
        inPieces(ids).map((piece) =>
          get('frames', { metrics: piece.join(','), from: range.from, to: range.to, points }, signal),
        ),
      );
      if (!signal.aborted) this.show(answers);
    } catch (why) {
      if (!signal.aborted) this.fail(/** @type {any} */ (why));
    }
  }

  /** @param {Frames[]} answers - all of one range and step */
  show(answers) {
    const { from_ms, step_ms } = answers[0];
    const count = Math.max(...answers.flatMap((answer) => answer.series.map((series) => series.mean.length)), 0);
    this.stepMs = step_ms;
    this.times = Array.from({ length: count }, (_, i) => from_ms + i * step_ms);
    this.columns.clear();
    for (const { id, mean, min, max } of answers.flatMap((answer) => answer.series)) {
      if (this.raw()) joinLate(mean);
      this.columns.set(id, { mean, low: min ?? [...mean], high: max ?? [...mean], count: 1 });
    }
    this.described = this.times[count - 1] ?? 0;
    for (const chart of this.charts) this.hand(chart);
    this.onShown();
  }

  /** Is a point one sample? */
  raw() {
    return this.stepMs < 1.6 * this.intervalMs;
  }

  /** @param {Chart} chart */
  hand(chart) {
    const columns = chart.spec.lines.map((line) => this.columns.get(line.id ?? ''));
    const none = this.times.map(() => null);
    chart.setData(
      [this.times, ...columns.map((column) => column?.mean ?? [...none])],
      this.raw() ? [] : columns.map((column) => (column ? { low: column.low, high: column.high } : null)),
    );
  }

  /** @param {{message: string, remedy?: string, status?: number}} why */
  fail(why) {
    if (!('status' in why)) console.error(why);
    if (!why.status || why.status === 503)
      this.again = window.setTimeout(() => this.range && this.load(this.range, this.intervalMs / 1000), AGAIN_MS);
    for (const chart of this.charts) chart.say(`Not shown: ${why.message}${why.remedy ? `; ${why.remedy}` : ''}.`);
  }

  /** @param {{t: number, v: (number | null)[]}} tick */
  tick({ t, v }) {
    if (!this.range?.live || !this.times.length) return;
    /** @type {Map<string, number | null>} */
    const values = new Map(this.order.map((id, i) => [id, v[i]]));
    const fresh = this.raw() ? this.append(t, values) : this.gather(t, values);
    this.drop(t);
    const length = this.range.to - this.range.from;
    this.range = { ...this.range, from: t - length, to: t };
    // A range of days does not move by a pixel in a second: it is drawn again only when it does.
    if (!this.group.settling && t - this.group.to >= length / POINTS_MOST) this.group.setRange(t - length, t);
    const describes = t - this.described >= DESCRIBE_MS;
    if (describes) this.described = t;
    for (const chart of this.charts) {
      if (describes) chart.describe();
      chart.setLatest(chart.spec.lines.map(({ id }) => values.get(id ?? '') ?? null));
      if (fresh) chart.changed();
    }
  }

  /** A point for each sample. @param {number} t @param {Map<string, number | null>} values */
  append(t, values) {
    if (t - this.times[this.times.length - 1] > 2.5 * this.intervalMs)
      this.push(this.times[this.times.length - 1] + this.intervalMs, () => null);
    this.push(t, (id) => (values.has(id) ? values.get(id) : undefined));
    return true;
  }

  /**
   * Samples that one point stands for. True when a point began.
   * @param {number} t
   * @param {Map<string, number | null>} values
   */
  gather(t, values) {
    const last = this.times[this.times.length - 1];
    const steps = Math.min(POINTS_MOST, Math.floor((t - last) / this.stepMs));
    for (let i = 1; i <= steps; i++) this.push(last + i * this.stepMs, () => null);
    for (const [id, value] of values) {
      const column = this.columns.get(id);
      if (column && value != null) this.take(column, value);
    }
    return steps > 0;
  }

  /** @param {number} t @param {(id: string) => number | null | undefined} valueOf */
  push(t, valueOf) {
    this.times.push(t);
    for (const [id, column] of this.columns) {
      const value = valueOf(id);
      column.mean.push(value);
      column.low.push(value);
      column.high.push(value);
      column.count = 0;
    }
  }

  /** @param {{mean: any[], low: any[], high: any[], count: number}} column @param {number} value */
  take(column, value) {
    const last = column.mean.length - 1;
    if (column.mean[last] == null) {
      column.mean[last] = column.low[last] = column.high[last] = value;
      column.count = 1;
      return;
    }
    column.count++;
    column.mean[last] += (value - column.mean[last]) / column.count;
    column.low[last] = Math.min(column.low[last], value);
    column.high[last] = Math.max(column.high[last], value);
  }

  /** What has left the range on its left side. @param {number} t */
  drop(t) {
    const range = /** @type {Range} */ (this.range);
    const before = t - (range.to - range.from) - 2 * this.stepMs;
    while (this.times.length > 2 && this.times[0] < before) {
      this.times.shift();
      for (const column of this.columns.values()) {
        column.mean.shift();
        column.low.shift();
        column.high.shift();
      }
    }
  }

  /** The instant that charts show numbers of, in words. @param {number | null} ms */
  static timeText(ms) {
    return ms == null ? '' : `at ${when(ms)}`;
  }

  destroy() {
    clearTimeout(this.again);
    this.asking?.abort();
    this.ends.forEach((end) => end());
    this.group.destroy();
  }
}
