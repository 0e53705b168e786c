/* view_overview.js - is it well? what is not, since when, why; then the charts. */
import { h, fill, setText, svg, link } from './dom.js';
import { get, live } from './api.js';
import { amount, amountParts, between, counted, exactly, localTimes, span } from './format.js';
import { app, headOf, here, rangeQuery } from './state.js';
import { Board } from './board.js';
import { Slot, emptyLine } from './slot.js';
import { overviewPlans } from './plans.js';
import { episodeItem, eventItem, heatStrip, insightItem, marksOf, verdictWord, workWords } from './findings.js';
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

/** A small line without axes, of two points at least. @param {(number | null)[]} values @param {string} unit */
function trendLine(values, unit) {
  if (values.length < 2) return null;
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

/** What is known of some values, on the whole. @param {(number | null)[]} values */
function meanOf(values) {
  const known = values.filter((v) => v != null);
  return known.length ? known.reduce((sum, v) => sum + v, 0) / known.length : null;
}

/** Numbers of all areas: the value now, or the mean of a range that is over; its trend, what is usual. */
class Tiles {
  constructor() {
    this.list = h('ul', { class: 'tiles' });
    this.said = h('p', { class: 'more' });
    this.root = h('section', { 'aria-label': 'Numbers' }, this.list, this.said);
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
        link: h('a', { title: `${head.id}: ${head.help}` }),
        root: h('li'),
      };
      fill(
        tile.link,
        h('span', { class: 'tile-label', text: what.label }),
        h('span', { class: 'tile-row' }, h('span', { class: 'tile-value' }, tile.value, tile.unit), tile.trend),
        tile.usual,
        tile.others,
      );
      tile.root.append(tile.link);
      return [tile];
    });
    fill(
      this.list,
      this.tiles.map((tile) => tile.root),
    );
    this.root.hidden = !this.tiles.length;
  }

  /** What the numbers are. @param {string} text */
  say(text) {
    setText(this.said, text);
    this.said.hidden = !text;
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
      setText(usual, text && `mostly ${text}`);
    }
  }

  /** @param {AbortSignal} signal */
  async load(signal) {
    if (!this.tiles.length) return;
    const isNow = app.range.live;
    if (isNow) this.say('');
    for (const { id, link: node } of this.tiles) node.setAttribute('href', here('explore', { m: id }));
    const keys = this.tiles.flatMap(({ what }) => [what.key, ...what.others.map(([key]) => key)]);
    const heads = keys.map((key) => headOf(key)).filter((metric) => metric != null);
    const metrics = heads.map(({ id }) => id).join(',');
    const query = { metrics, ...rangeQuery(), points: TREND_POINTS };
    /** @type {{id: string, mean: (number | null)[]}[]} */
    let series = [];
    let fault = '';
    try {
      ({ series } = await get('frames', query, signal));
    } catch (why) {
      fault = /** @type {Error} */ (why).message;
    }
    if (signal.aborted) return;
    for (const { id, trend, what } of this.tiles)
      fill(trend, trendLine(series.find((one) => one.id === id)?.mean ?? [], what.unit));
    if (!isNow) this.setNow(Object.fromEntries(series.map((one) => [idParts(one.id).name, meanOf(one.mean)])), []);
    if (fault) this.say(`${isNow ? 'How it was before is not known' : 'Not known'}: ${fault}.`);
    else if (!isNow) this.say('Means of the range.');
  }
}

/** @returns {import('./state.js').View} */
export function overviewView() {
  const verdict = h('section', { class: 'verdict', 'aria-live': 'polite' });
  const level = h('strong'),
    text = h('span', { class: 'verdict-text' }),
    work = h('span', { class: 'work' });
  fill(verdict, level, text, work);
  const tiles = new Tiles();
  const strip = new Slot('strip'),
    recent = new Slot('recent');
  const board = new Board('board small');
  const absent = h('ul', { class: 'absent' });
  let asking = new AbortController();

  /**
   * @param {string} name - of the level
   * @param {string} word
   * @param {string} told
   * @param {{category: string, confidence: number} | null} [workload]
   */
  const setVerdict = (name, word, told, workload) => {
    verdict.className = `verdict ${name}`;
    setText(level, word);
    setText(text, told);
    setText(work, workWords(workload));
  };
  /** @param {import('./api.js').Now} now */
  const showNow = (now) => {
    if (!app.range.live) return; // another time is looked at
    tiles.setNow(now.v, now.alert ?? []);
    setVerdict(now.level, verdictWord(now.level), localTimes(now.text, now.t), now.workload);
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
        const episodes = answer.anomalies;
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
  /** @param {{metric: string, usual: number[] | null}[]} rows - of a report */
  const setUsual = (rows) => {
    tiles.setUsual(rows);
    for (const chart of board.charts)
      chart.spec.lines.forEach((line, i) =>
        chart.setUsual(i, rows.find(({ metric }) => metric === line.id)?.usual ?? null, 'mostly'),
      );
  };
  /** What is usual; and of a range that is over, how it was. @param {AbortSignal} signal */
  const loadReport = async (signal) => {
    const { live: isNow, to } = app.range;
    if (!isNow) {
      setVerdict('', '', 'Loading');
      verdict.setAttribute('aria-busy', 'true');
    }
    try {
      const report = await get('analysis', rangeQuery(), signal);
      if (signal.aborted) return;
      setUsual(report.now ?? []);
      const { level: name, text: told } = report.verdict;
      if (!isNow) setVerdict(name, verdictWord(name), localTimes(told, to), report.workload);
    } catch (why) {
      if (signal.aborted) return;
      const { message, remedy } = /** @type {import('./api.js').Refused} */ (why);
      setUsual([]);
      if (isNow) tiles.say(`What it mostly is, is not known: ${message}.`);
      else setVerdict('', 'Not known', `${message}${remedy ? `; ${remedy}` : ''}.`);
    }
    verdict.removeAttribute('aria-busy');
  };
  const off = live.on('now', showNow);
  const minutely = window.setInterval(() => app.range.live && loadFindings(), 60e3);
  board.setPlans(overviewPlans());
  board.onShown = quieten;
  fill(absent, absentLines());
  return {
    root: h(
      'div',
      { class: 'view' },
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
      asking.abort();
      asking = new AbortController();
      verdict.removeAttribute('aria-busy');
      if (app.now) showNow(app.now);
      board.load(app.range, app.host.data.interval_s);
      tiles.load(asking.signal);
      loadFindings();
      loadReport(asking.signal);
    },
    leave() {
      off();
      clearInterval(minutely);
      asking.abort();
      strip.stop();
      recent.stop();
      board.destroy();
    },
  };
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
