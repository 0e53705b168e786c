/* group.js - charts that belong together: one time axis, one cursor, and one frame of the browser to draw in. */
import { whenThemeChanges } from './theme.js';

/** @typedef {import('./chart.js').Chart} Chart */

const SETTLE_MS = 180;
let groups = 0;

export class ChartGroup {
  constructor() {
    this.from = 0;
    this.to = 1;
    /** Without a cursor, are the numbers means of the range? Else they are the last. */
    this.tellsMeans = false;
    this.key = `group ${groups++}`;
    /** @type {Set<Chart>} */
    this.charts = new Set();
    /** @type {Map<Element, Chart>} */
    this.byRoot = new Map();
    /** @type {Chart | null} the one under the pointer */
    this.pointed = null;
    /** @type {number | null} */
    this.told = null;
    this.frame = 0;
    this.settling = 0;
    this.isTold = false; // a drag that goes on being told
    /** What is told when a person chose another range. @type {(from: number, to: number) => void} */
    this.onRange = () => {};
    /** @type {(ms: number | null) => void} */
    this.onTime = () => {};
    this.seen = new IntersectionObserver((entries) => this.saw(entries), { rootMargin: '160px' });
    this.sized = new ResizeObserver((entries) => this.resized(entries));
    this.endTheme = whenThemeChanges(() => this.charts.forEach((chart) => chart.repaint()));
  }

  /** @param {Chart} chart */
  add(chart) {
    this.charts.add(chart);
    this.byRoot.set(chart.area, chart);
    this.seen.observe(chart.area);
    this.sized.observe(chart.area);
    chart.area.addEventListener('pointerenter', () => {
      this.pointed = chart;
    });
    chart.area.addEventListener('pointerleave', () => {
      this.pointed = null;
    });
  }

  /** @param {Chart} chart */
  remove(chart) {
    this.charts.delete(chart);
    this.byRoot.delete(chart.area);
    this.seen.unobserve(chart.area);
    this.sized.unobserve(chart.area);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  saw(entries) {
    for (const entry of entries) {
      const chart = this.byRoot.get(entry.target);
      if (chart) chart.visible = entry.isIntersecting;
    }
    this.schedule();
  }

  /** @param {ResizeObserverEntry[]} entries */
  resized(entries) {
    for (const entry of entries) this.byRoot.get(entry.target)?.resize();
  }

  /** All that changed is drawn together, once a frame. */
  schedule() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      const due = [...this.charts].filter((chart) => chart.flush() || (chart.unread && chart.visible));
      for (const chart of due) chart.read();
    });
  }

  /** @param {number} from @param {number} to - ms */
  setRange(from, to) {
    if (from === this.from && to === this.to) return;
    this.from = from;
    this.to = to;
    for (const chart of this.charts) chart.stale = true;
    this.schedule();
  }

  /**
   * A person dragged over a part. Every chart of the group hears the same drag and tells it, the dragged one
   * first; those behind it have another axis by then, and would make a second step in the history.
   * @param {number} from
   * @param {number} to
   */
  zoomed(from, to) {
    if (this.isTold) return;
    this.isTold = true;
    queueMicrotask(() => {
      this.isTold = false;
    });
    this.setRange(from, to);
    this.onRange(from, to);
  }

  /**
   * While a finger or a wheel moves: it is drawn at once, and told when it comes to rest.
   * @param {number} from
   * @param {number} to
   */
  moving(from, to) {
    this.setRange(from, to);
    clearTimeout(this.settling);
    this.settling = window.setTimeout(() => {
      this.settling = 0;
      this.onRange(from, to);
    }, SETTLE_MS);
  }

  /** It was no move after all. @param {number} from @param {number} to */
  moveBack(from, to) {
    if (!this.settling) return; // told already
    clearTimeout(this.settling);
    this.settling = 0;
    this.setRange(from, to);
  }

  /** The instant under the pointer; of many charts one says it. @param {Chart} chart @param {number | null} ms */
  tellTime(chart, ms) {
    if (chart !== (this.pointed ?? this.charts.values().next().value) || ms === this.told) return;
    this.told = ms;
    this.onTime(ms);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.settling);
    this.seen.disconnect();
    this.sized.disconnect();
    this.endTheme();
    for (const chart of [...this.charts]) chart.destroy();
  }
}
