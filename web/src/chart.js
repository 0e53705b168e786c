/*
 * chart.js - one chart: title, numbers, lines over time, the usual range, episodes, and a table behind it. It is made
 * of arrays that are handed over and knows no network; charts of a group share range, cursor and drawing time.
 */
import { h, button, fill, setText } from './dom.js';
import { amount, between, exactly, when } from './format.js';
import { theme } from './theme.js';
import { timeMarks, valueMarks, valueRange } from './axis.js';
import { bindGestures } from './gesture.js';
import { drawBehind } from './chart_draw.js';
import { tableOf, wordsOf } from './chart_words.js';

/** @typedef {(number | null | undefined)[]} Values - null is a gap, undefined a point that is not there */
/** @typedef {{label: string, id?: string, dash?: boolean, color?: number, quiet?: boolean, counter?: boolean}} Line */
/** @typedef {{title: string, unit: string, lines: Line[], opens?: string, detail?: string,
 *   bands?: [number, number][]}} ChartSpec - opens: the metrics that its title leads to */
/** @typedef {{from: number, to: number, severity: string}} Mark */
/** @typedef {{low: Values, high: Values}} Envelope */
/** @typedef {import('./group.js').ChartGroup} ChartGroup */

const AXIS_WIDTH = 64;
const AXIS_HEIGHT = 24;
const EDGE = 16; // half of what "14:05" takes, in px
const EDGE_SECONDS = 28;

export class Chart {
  /**
   * @param {ChartSpec} spec
   * @param {ChartGroup} group
   */
  constructor(spec, group) {
    this.spec = spec;
    this.group = group;
    /** @type {any[]} x in ms, then the values of each line; they are kept, not copied */
    this.data = [[], ...spec.lines.map(() => [])];
    /** @type {(Envelope | null)[]} lowest and highest of what a point stands for, by line */
    this.envelopes = [];
    /** @type {(number[] | null)[]} the usual range of lines */
    this.usual = [];
    /** @type {Mark[]} */
    this.marks = [];
    /** @type {uPlot | null} */
    this.plot = null;
    this.visible = false;
    this.stale = true;
    this.unread = false;
    this.low = 0; // of the y axis
    /** @type {(number | null)[] | null} values newer than the last point, which stands for longer */
    this.latest = null;
    /** @type {number | null} the point under the cursor */
    this.at = null;
    /** @type {(number | null)[]} the same of each line: uPlot passes over points that are not there */
    this.atOf = [];
    this.values = spec.lines.map(() => h('span', { class: 'value' }));
    this.ranges = spec.lines.map(() => h('span', { class: 'usual' }));
    this.note = h('span', { class: 'note' });
    this.meaning = h('span', { class: 'note' });
    this.area = h('div', { class: 'plot', role: 'img', 'aria-label': spec.title });
    this.message = h('p', { class: 'chart-message', text: 'Loading' });
    this.behind = h('div', {
      class: 'behind',
      hidden: true,
      tabindex: '0',
      role: 'region',
      'aria-label': `Values of ${spec.title}`,
    });
    this.toggle = button('table', () => this.showTable(), {
      class: 'quiet',
      'aria-expanded': 'false',
      'aria-label': `Table of ${spec.title}`,
    });
    /** @type {HTMLElement | null} */
    this.link = spec.opens ? h('a', { text: spec.title }) : null;
    this.root = this.figure();
    group.add(this);
  }

  figure() {
    const { spec } = this;
    const single = spec.lines.length === 1;
    return h(
      'figure',
      { class: 'chart' },
      h(
        'figcaption',
        null,
        h(
          'div',
          { class: 'chart-head' },
          h('h3', { title: spec.detail }, this.link ?? spec.title),
          single && this.values[0],
          this.toggle,
        ),
        h(
          'div',
          { class: 'chart-about' },
          single
            ? this.ranges[0]
            : h(
                'ul',
                { class: 'legend' },
                spec.lines.map((line, i) => this.legendOf(line, i)),
              ),
          this.note,
          this.meaning,
        ),
      ),
      h('div', { class: 'plot-frame' }, this.area, this.message),
      this.behind,
    );
  }

  /** @param {Line} line @param {number} i */
  legendOf(line, i) {
    if (line.quiet) return null;
    const focus = (/** @type {boolean} */ on) =>
      this.plot?.setSeries(on ? i + 1 : /** @type {any} */ (null), { focus: true });
    const dashed = line.dash ? ' dashed' : '';
    const sample = h('i', { class: `sample c${this.colorIndex(i)}${dashed}`, 'aria-hidden': 'true' });
    return h(
      'li',
      { on: { mouseenter: () => focus(true), mouseleave: () => focus(false) }, title: line.id },
      sample,
      h('span', { class: 'label', text: line.label }),
      this.values[i],
      this.ranges[i],
    );
  }

  /** One line is drawn in grey: only where lines have to be told apart does colour mean something. @param {number} i */
  colorIndex(i) {
    const { color } = this.spec.lines[i];
    return color ?? (this.spec.lines.length === 1 ? 0 : 1 + (i % theme.series.length));
  }

  /** @param {number} i */
  color(i) {
    const index = this.colorIndex(i);
    return index === 0 ? theme.grey : theme.series[index - 1];
  }

  /**
   * Other values: data[0] the times in ms, then an array for each line. They may be changed in place, followed by
   * changed().
   * @param {any[]} data
   * @param {(Envelope | null)[]} [envelopes]
   */
  setData(data, envelopes) {
    this.data = data;
    this.envelopes = envelopes ?? [];
    this.latest = null;
    this.at = null; // it pointed into the arrays before
    this.say(this.isEmpty() ? 'Nothing was recorded in this range.' : '');
    this.changed();
    this.describe();
  }

  /** In words, and in numbers where they are shown: those that do not see the lines move. */
  describe() {
    this.area.setAttribute('aria-label', wordsOf(this));
    if (!this.behind.hidden) fill(this.behind, tableOf(this));
  }

  isEmpty() {
    return !this.data.slice(1).some((values) => values.some((/** @type {any} */ v) => v != null));
  }

  /** @param {Mark[]} marks */
  setMarks(marks) {
    this.marks = marks;
    this.changed();
  }

  /** @param {number} i @param {number[] | null} range @param {string} word - "usual", or "mostly" */
  setUsual(i, range, word = 'usual') {
    this.usual[i] = range;
    const text = between(range, this.spec.unit);
    setText(this.ranges[i], text && `${word} ${text}`);
    this.changed();
  }

  /** A sentence in place of lines: while loading, when empty, when it failed. @param {string} text */
  say(text) {
    setText(this.message, text);
    this.message.hidden = !text;
    this.area.classList.toggle('under', Boolean(text));
  }

  /** Values of now, where a point stands for longer. @param {(number | null)[]} values */
  setLatest(values) {
    this.latest = values;
    this.unread = true;
    this.group.schedule();
  }

  changed() {
    this.stale = true;
    this.group.schedule();
  }

  /** Draws what changed, if it can be seen. Returns whether there was anything: then read() is due. */
  flush() {
    if (!this.visible || !this.stale) return false;
    this.stale = false;
    const plot = (this.plot ??= this.makePlot());
    plot.batch(() => {
      plot.setData(this.data, false);
      plot.setScale('x', { min: this.group.from, max: this.group.to });
    });
    // uPlot looks for the point below the cursor only where a scale changed.
    const { left = -1, top = -1 } = plot.cursor;
    if (this.at == null && left >= 0) plot.setCursor({ left, top }, true);
    return true;
  }

  makePlot() {
    const { spec, group } = this;
    const stroke = () => theme.mute;
    const grid = { stroke: () => theme.line, width: 1 };
    const ticks = { show: false };
    /** @type {any} */
    const options = {
      ms: 1,
      width: Math.max(this.area.clientWidth, 120),
      height: Math.max(this.area.clientHeight, 60),
      padding: [8, 8, 0, 0],
      legend: { show: false },
      focus: { alpha: 0.25 },
      cursor: {
        sync: { key: group.key },
        drag: { x: true, y: false, setScale: false, dist: 4 },
        points: { size: 7 },
        bind: { mousedown: this.onlyPlain, dblclick: () => null },
      },
      scales: {
        x: { time: true, auto: false },
        y: {
          range: (/** @type {uPlot} */ u, /** @type {any} */ low, /** @type {any} */ high) =>
            this.yRange(u, low, high),
        },
      },
      axes: [
        {
          stroke,
          grid,
          ticks,
          font: theme.font,
          size: AXIS_HEIGHT,
          space: 72,
          gap: 4,
          values: (
            /** @type {uPlot} */ u,
            /** @type {number[]} */ marks,
            /** @type {any} */ _a,
            /** @type {any} */ _s,
            /** @type {number} */ step,
          ) => this.timeLabels(u, marks, step),
        },
        {
          stroke,
          grid,
          ticks,
          font: theme.font,
          size: AXIS_WIDTH,
          space: 32,
          gap: 6,
          values: (/** @type {any} */ _u, /** @type {number[]} */ marks) => valueMarks(marks, spec.unit),
        },
      ],
      series: [
        {},
        ...spec.lines.map((line, i) => ({
          stroke: line.quiet ? undefined : () => this.color(i),
          width: 1.25,
          dash: line.dash ? [5, 4] : undefined,
          points: { size: 4 },
          scale: 'y',
          show: true,
        })),
      ],
      bands: (spec.bands ?? []).map((series) => ({ series, fill: () => theme.band })),
      hooks: {
        drawClear: [() => drawBehind(this)],
        setCursor: [(/** @type {uPlot} */ u) => this.pointAt(u.cursor.idx ?? null, u.cursor.idxs ?? [])],
        setSelect: [(/** @type {uPlot} */ u) => this.selected(u)],
      },
    };
    const plot = new uPlot(options, this.data, this.area);
    bindGestures(plot, group);
    return plot;
  }

  /**
   * One that the right edge would cut off is left out.
   * @param {uPlot} plot
   * @param {number[]} marks
   * @param {number} step
   */
  timeLabels(plot, marks, step) {
    const edge = step < 60e3 ? EDGE_SECONDS : EDGE;
    const end = this.group.to - ((this.group.to - this.group.from) * edge) / (plot.width - AXIS_WIDTH);
    return timeMarks(marks, step).map((text, i) => (marks[i] > end ? '' : text));
  }

  /** With Shift, a drag moves the range; see gesture.js. @type {any} */
  onlyPlain =
    (/** @type {any} */ _u, /** @type {any} */ _target, /** @type {(e: MouseEvent) => any} */ handler) =>
    (/** @type {MouseEvent} */ event) => (event.shiftKey ? null : handler(event));

  /** @param {uPlot} plot */
  selected(plot) {
    const { left, width } = plot.select;
    if (width < 4) return;
    const from = plot.posToVal(left, 'x'),
      to = plot.posToVal(left + width, 'x');
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.group.zoomed(from, to);
  }

  /** @param {uPlot} plot @param {number | null} low @param {number | null} high @returns {[number, number]} */
  yRange(plot, low, high) {
    const [first, last] = plot.series[0].idxs ?? [0, -1];
    for (const envelope of this.envelopes)
      for (let i = first; envelope && i <= last; i++) {
        const l = envelope.low[i],
          m = envelope.high[i];
        if (l != null && (low == null || l < low)) low = l;
        if (m != null && (high == null || m > high)) high = m;
      }
    const range = valueRange(low, high, this.spec.unit);
    this.low = range[0];
    return range;
  }

  /**
   * The cursor is at this point now.
   * @param {number | null} at
   * @param {(number | null | undefined)[]} series - the same of each, times first
   */
  pointAt(at, series) {
    const same = this.spec.lines.every((_, i) => this.atOf[i] === (series[i + 1] ?? null));
    if (at === this.at && (at == null || same)) return;
    this.at = at;
    this.atOf = this.spec.lines.map((_, i) => series[i + 1] ?? null);
    this.unread = true;
    this.group.schedule();
  }

  /**
   * The numbers beside the title: at the cursor; else now, or of the whole range where it lies in the past. Apart from
   * drawing: a text that changed would have the browser work out its styles again for the next canvas.
   */
  read() {
    const { at } = this;
    this.unread = false;
    this.group.tellTime(this, at == null ? null : this.data[0][at]);
    setText(this.note, this.low > 0 ? `axis from ${amount(this.low, this.spec.unit)}` : '');
    setText(this.meaning, this.meaningOf());
    this.meaning.classList.toggle('held', at != null);
    for (let i = 0; i < this.spec.lines.length; i++) {
      const { value, ms } = at == null ? this.restOf(i) : this.valueAt(i, this.atOf[i] ?? at);
      setText(this.values[i], amount(value, this.spec.unit));
      if (this.group.pointed === this)
        this.values[i].title = `${exactly(value, this.spec.unit)}, ${ms ? when(ms) : this.meaningOf()}`;
    }
  }

  /** What the numbers are while nothing is pointed at, where it is not the time now. */
  meaningOf() {
    if (!this.group.tellsMeans) return '';
    return this.spec.lines.every((line) => line.counter) ? 'end of the range' : 'mean of the range';
  }

  /** @param {number} i @param {number} k @returns {{value: number | null | undefined, ms: number | null}} */
  valueAt(i, k) {
    return { value: this.data[i + 1][k], ms: this.data[0][k] ?? null };
  }

  /** The number of a line where nothing is pointed at, and of when it is. @param {number} i */
  restOf(i) {
    const values = this.data[i + 1];
    let last = values.length - 1;
    while (last > 0 && values[last] == null) last--;
    const at = this.valueAt(i, last);
    if (!this.group.tellsMeans) return this.latest ? { ...at, value: this.latest[i] } : at;
    return this.spec.lines[i].counter ? at : { value: this.meanOf(values), ms: null };
  }

  /** Of the points in the range, all of which stand for as long. @param {Values} values */
  meanOf(values) {
    const { from, to } = this.group;
    let sum = 0,
      n = 0;
    this.data[0].forEach((/** @type {number} */ ms, /** @type {number} */ k) => {
      const v = values[k];
      if (v == null || ms < from || ms > to) return;
      sum += v;
      n++;
    });
    return n ? sum / n : null;
  }

  showTable() {
    const open = this.behind.hidden;
    this.behind.hidden = !open;
    this.toggle.setAttribute('aria-expanded', String(open));
    if (open) fill(this.behind, tableOf(this));
  }

  resize() {
    if (this.plot && this.area.clientWidth > 0)
      this.plot.setSize({ width: this.area.clientWidth, height: this.area.clientHeight });
  }

  repaint() {
    this.plot?.redraw(false, true);
  }

  destroy() {
    this.group.remove(this);
    this.plot?.destroy();
    this.root.remove();
  }
}
