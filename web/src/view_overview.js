/* view_overview.js - is it well? what is not, since when, why; then the charts. */
import { h, fill, setText, svg, link } from './dom.js';
import { get, live } from './api.js';
import { amount, amountParts, between, counted, exactly, localTimes, percent, span, words } from './format.js';
import { app, headOf, here, isStale, rangeQuery } from './state.js';
import { Board } from './board.js';
import { Slot, emptyLine } from './slot.js';
import { overviewPlans } from './plans.js';
import { episodeItem, eventItem, heatStrip, insightItem, verdictWord } from './findings.js';
import { idParts } from './names.js';

/** Of each area the number that says most, and others below it. */
const TILES = [
  { area: 'cpu', key: 'cpu.util', label: 'Processor', unit: '%', others: [] },
  { area: 'memory', key: 'memory.util', label: 'Memory', unit: '%', others: [] },
  {
    area: 'disk',
    key: 'disk.util',
    label: 'Disk busy',
    unit: '%',
    others: [
      ['disk.read.rate', 'By/s', 'read'],
      ['disk.write.rate', 'By/s', 'written'],
    ],
  },
  {
    area: 'network',
    key: 'net.recv.rate',
    label: 'Network in',
    unit: 'By/s',
    others: [['net.send.rate', 'By/s', 'out']],
  },
  { area: 'gpu', key: 'gpu.util', label: 'GPU', unit: '%', others: [] },
  { area: 'thermal', key: 'cpu.temp', label: 'Temperature', unit: 'Cel', others: [] },
  { area: 'power', key: 'power.package', label: 'Power', unit: 'W', others: [] },
  {
    area: 'processes',
    key: 'pressure.cpu.some',
    label: 'Wait for processor',
    unit: '%',
    others: [
      ['pressure.memory.some', '%', 'memory'],
      ['pressure.io.some', '%', 'disk'],
    ],
  },
];
const TREND_POINTS = 48;
const RECENT = 4;

/** A small line without axes. @param {(number | null)[]} values @param {string} unit */
function trendLine(values, unit) {
  const known = values.filter((v) => v != null);
  const least = unit === '%' || unit === 'Cel' ? 10 : 1e-9; // smaller moves look small
  let low = unit === '%' || unit === 'Cel' ? Math.min(...known) : 0,
    high = Math.max(...known);
  low = Math.min(low, (low + high - least) / 2);
  high = Math.max(high, low + least);
  const yOf = (/** @type {number} */ v) => (22 - (20 * (v - low)) / (high - low)).toFixed(1);
  let path = '',
    down = false;
  values.forEach((v, i) => {
    if (v != null) path += `${down ? 'L' : 'M'}${((i * 96) / (values.length - 1)).toFixed(1)} ${yOf(v)}`;
    down = v != null;
  });
  return svg(
    'svg',
    { class: 'trend', viewBox: '0 0 96 24', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('path', { d: path }),
  );
}

/** Numbers of all areas: the value now, its trend, what is usual. */
class Tiles {
  constructor() {
    this.root = h('ul', { class: 'tiles', 'aria-label': 'Now' });
    this.tiles = TILES.flatMap((what) => {
      const head = headOf(what.key);
      if (!head) return [];
      const tile = {
        what,
        id: head.id,
        value: h('b'),
        unit: h('span', { class: 'unit' }),
        usual: h('span', { class: 'usual' }),
        trend: h('span', { class: 'trend-place' }),
        others: h('span', { class: 'usual' }),
        root: h('li'),
      };
      fill(
        tile.root,
        h(
          'a',
          { href: here('explore', { m: head.id }), title: `${head.id}: ${head.help}` },
          h('span', { class: 'tile-label', text: what.label }),
          h('span', { class: 'tile-row' }, h('span', { class: 'tile-value' }, tile.value, tile.unit), tile.trend),
          tile.usual,
          tile.others,
        ),
      );
      return [tile];
    });
    fill(
      this.root,
      this.tiles.map((tile) => tile.root),
    );
  }

  /** @param {Record<string, number | null>} values @param {string[]} alert - areas of which something is wrong */
  setNow(values, alert) {
    for (const { what, value, unit, others, root } of this.tiles) {
      const [digits, name] = amountParts(values[what.key], what.unit);
      setText(value, digits);
      setText(unit, name);
      value.title = exactly(values[what.key], what.unit);
      setText(
        others,
        what.others
          .filter(([key]) => values[key] != null)
          .map(([key, code, label]) => `${label} ${amount(values[key], code)}`)
          .join(', '),
      );
      root.classList.toggle('alert', alert.includes(what.area));
    }
  }

  /** @param {{metric: string, usual: number[] | null}[]} rows - of a report */
  setUsual(rows) {
    for (const { what, usual } of this.tiles) {
      const text = between(rows.find(({ metric }) => idParts(metric).name === what.key)?.usual, what.unit);
      setText(usual, text && `usual ${text}`);
    }
  }

  async load() {
    const keys = this.tiles.flatMap(({ what }) => [what.key, ...what.others.map(([key]) => key)]);
    const heads = keys.map((key) => headOf(key)).filter((metric) => metric != null);
    const metrics = heads.map(({ id }) => id).join(',');
    const { series } = await get('frames', { metrics, ...rangeQuery(), points: TREND_POINTS });
    /** @type {Record<string, number | null>} */
    const last = {};
    for (const one of series) {
      last[idParts(one.id).name] = [...one.mean].reverse().find((v) => v != null) ?? null;
      const tile = this.tiles.find(({ id }) => id === one.id);
      if (tile) fill(tile.trend, trendLine(one.mean, tile.what.unit));
    }
    if (!app.range.live) this.setNow(last, []);
  }
}

/** @returns {import('./state.js').View} */
export function overviewView() {
  const verdict = h('section', { class: 'verdict unknown', 'aria-live': 'polite' });
  const level = h('strong'),
    text = h('span', { class: 'verdict-text' }),
    work = h('span', { class: 'work' });
  fill(verdict, level, text, work);
  const tiles = new Tiles();
  const strip = new Slot('strip'),
    recent = new Slot('recent');
  const board = new Board('board small');
  const absent = h('ul', { class: 'absent' });
  let episodes = /** @type {import('./findings.js').Episode[]} */ ([]);

  /** @param {string} name @param {string} words_ */
  const setVerdict = (name, words_) => {
    verdict.className = `verdict ${isStale() ? 'stale' : name}`;
    setText(level, verdictWord(name));
    setText(text, words_);
  };
  /** @param {import('./api.js').Now} now */
  const showNow = (now) => {
    if (!app.range.live && app.host.data.live) return; // another time is looked at
    tiles.setNow(now.v, now.alert ?? []);
    setVerdict(now.level, localTimes(now.text, now.t));
    setText(
      work,
      now.workload ? `workload: ${words(now.workload.category)}, ${percent(now.workload.confidence)}` : '',
    );
  };
  /** What has no value in the range is one quiet line. */
  const quieten = () => {
    const empty = board.charts.filter((chart) => chart.isEmpty());
    const all = empty.length === board.charts.length;
    for (const chart of board.charts) chart.root.hidden = !all && empty.includes(chart);
    const lines = all ? [] : empty.map((chart) => h('li', { text: `${chart.spec.title}: no value in this range` }));
    fill(absent, absentLines(), lines);
  };
  const loadFindings = () => {
    const asked = get('anomalies', { ...rangeQuery(), limit: 200 });
    strip.load(
      () => asked,
      (answer) => {
        episodes = answer.anomalies;
        for (const chart of board.charts) chart.setMarks(marksOf(episodes));
        const achieved = answer.achieved_per_day;
        const achievedText = achieved == null ? '' : `, achieved ${+achieved.toFixed(2)}`;
        const budget = `Budget ${answer.budget_per_day} a day${achievedText}.`;
        const count = episodes.length ? counted(episodes.length, 'episode') : 'No episode';
        return [
          heatStrip(episodes, app.range.from, app.range.to),
          h('p', { class: 'more', text: `${count} in ${span((app.range.to - app.range.from) / 1000)}. ${budget}` }),
        ];
      },
      loadFindings,
    );
    recent.load(
      (signal) =>
        Promise.all([get('alerts', {}, signal), asked, get('events', { ...rangeQuery(), limit: RECENT }, signal)]),
      ([alerts, anomalies, events]) => recentList(alerts.alerts, anomalies.anomalies, events.events),
      loadFindings,
    );
  };
  const loadUsual = async () => {
    const report = await get('analysis', rangeQuery()).catch(() => null);
    if (!report) return;
    tiles.setUsual(report.now ?? []);
    for (const chart of board.charts)
      chart.spec.lines.forEach((line, i) =>
        chart.setUsual(
          i,
          (report.now ?? []).find((/** @type {any} */ row) => row.metric === line.id)?.usual ?? null,
        ),
      );
    if (!app.range.live) setVerdict(report.verdict.level, localTimes(report.verdict.text, app.range.to));
  };
  const off = live.on('now', showNow);
  const minutely = window.setInterval(() => app.range.live && loadFindings(), 60e3);
  board.setPlans(overviewPlans());
  board.onShown = quieten;
  fill(absent, absentLines());
  if (app.now) showNow(app.now);

  return {
    root: h(
      'div',
      { class: 'view overview' },
      verdict,
      tiles.root,
      h(
        'div',
        { class: 'pair' },
        h('section', null, h('h2', { text: 'Episodes' }), strip.root),
        h('section', null, h('h2', { text: 'What is going on' }), recent.root),
      ),
      h('section', { 'aria-label': 'Charts' }, board.root),
      absent,
    ),
    board,
    show() {
      board.load(app.range, app.host.data.interval_s);
      tiles.load().catch(() => {});
      loadFindings();
      loadUsual();
    },
    leave() {
      off();
      clearInterval(minutely);
      board.destroy();
    },
  };
}

/** @param {import('./findings.js').Episode[]} episodes */
export function marksOf(episodes) {
  return episodes.map(({ start_ms, end_ms, severity }) => ({ from: start_ms, to: end_ms, severity }));
}

/**
 * What lasts first, then what was found, then what happened.
 * @param {any[]} alerts
 * @param {any[]} episodes
 * @param {any[]} events
 */
function recentList(alerts, episodes, events) {
  const items = [
    ...alerts.map((alert) => insightItem({ ...alert, evidence: [] })),
    ...episodes
      .slice()
      .sort((a, b) => b.start_ms - a.start_ms)
      .slice(0, RECENT)
      .map((one) => episodeItem(one)),
    ...events.map(eventItem),
  ].slice(0, RECENT);
  if (!items.length) return emptyLine('Nothing to tell: no alert, no episode and no event in this range.');
  return [
    h('ul', { class: 'findings' }, items),
    h(
      'p',
      { class: 'more' },
      link('all episodes', here('anomalies')),
      ', ',
      link('all events', here('events')),
      ', ',
      link('analysis with advice', here('analysis')),
    ),
  ];
}

/** One quiet line for each kind of hardware that is not there. */
function absentLines() {
  return [
    ['hwmon', 'Temperature'],
    ['rapl', 'Power'],
  ].flatMap(([adapter, title]) =>
    app.missing
      .filter((missing) => missing.adapter === adapter)
      .map(({ reason }) => h('li', { text: `${title}: ${reason}` })),
  );
}
