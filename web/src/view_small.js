/* view_small.js - views that are one list: events, analysis, policy. */
import { h, button, field, link } from './dom.js';
import { fileUrl, get, live } from './api.js';
import { amount, counted, localTimes, percent, period, span, when, words } from './format.js';
import { app, here, metricOf, rangeQuery } from './state.js';
import { titleOf } from './names.js';
import { Slot, emptyLine } from './slot.js';
import { Table } from './table.js';
import { episodeItem, insightItem, severityMark, verdictWord } from './findings.js';

/** Events that are listed. */
const MOST = 1000;

/** @param {string} label @param {string[]} options @param {() => void} told */
function chooser(label, options, told) {
  return /** @type {HTMLSelectElement} */ (
    h(
      'select',
      { 'aria-label': label, on: { change: told } },
      h('option', { value: '', text: label }),
      options.map((option) => h('option', { value: option, text: words(option) })),
    )
  );
}

/** @returns {import('./state.js').View} */
export function eventsView() {
  const slot = new Slot();
  const load = () =>
    slot.load(
      (signal) =>
        get('events', { ...rangeQuery(), limit: MOST, kind: kind.value, severity: severity.value }, signal),
      (answer) => {
        events = answer.events;
        draw();
        return table.root;
      },
    );
  /** @type {any[]} */
  let events = [];
  const kind = chooser('every kind', ['gap', 'clock', 'adapter', 'budget', 'archive', 'anomaly', 'workload'], load);
  const severity = chooser('every severity', ['info', 'notice', 'warning', 'critical'], load);
  const search = field({
    type: 'search',
    placeholder: 'Filter',
    'aria-label': 'Filter events',
    on: { input: () => draw() },
  });
  const draw = () =>
    table.setRows(
      events.filter(({ text, source }) => `${text} ${source}`.toLowerCase().includes(search.value.toLowerCase())),
    );
  const table = new Table(
    'Events',
    [
      { label: 'time', value: (row) => row.time_ms, show: (row) => when(row.time_ms) },
      {
        label: 'lasted',
        num: true,
        narrow: true,
        value: (row) => row.end_ms - row.time_ms,
        show: (row) => (row.end_ms > row.time_ms ? span((row.end_ms - row.time_ms) / 1000) : '-'),
      },
      { label: 'kind', value: (row) => row.kind, show: (row) => words(row.kind) },
      { label: 'severity', value: (row) => row.severity, show: (row) => severityMark(row.severity) },
      {
        label: 'what',
        value: (row) => row.text,
        show: (row) => localTimes(row.text, row.time_ms),
        title: (row) => row.session,
      },
      { label: 'from', narrow: true, value: (row) => row.source },
    ],
    { sort: 0, descending: true, empty: 'No event in this range.' },
  );
  const off = live.on('event', (event) => {
    const wanted = (!kind.value || event.kind === kind.value) && (!severity.value || event.severity === severity.value);
    if (app.range.live && wanted) {
      events = [event, ...events].slice(0, MOST);
      draw();
    }
  });
  return {
    root: h(
      'div',
      { class: 'view' },
      h('header', { class: 'view-head' }, h('h1', { text: 'Events' })),
      h('div', { class: 'tools' }, kind, severity, search),
      slot.root,
    ),
    show: load,
    leave() {
      off();
      slot.stop();
    },
  };
}

/** @param {any} trend */
function trendItem(trend) {
  const reaches = trend.reaches_limit_in_s
    ? `; reaches ${amount(trend.limit, trend.unit)} in ${span(trend.reaches_limit_in_s)}`
    : '';
  return h(
    'li',
    null,
    link(titleOf(trend.metric, metricOf(trend.metric)?.help), here('explore', { m: trend.metric })),
    ` ${trend.direction}: ${amount(trend.first, trend.unit)} \u2192 ${amount(trend.last, trend.unit)}${reaches}`,
  );
}

/** @param {any} report */
function reportOf(report) {
  const moving = (report.trends ?? []).filter((/** @type {any} */ trend) => trend.direction !== 'stable');
  const episodes = (report.anomalies?.items ?? []).map((/** @type {any} */ item) => ({
    ...item,
    start_ms: Date.parse(item.time),
    end_ms: Date.parse(item.end),
  }));
  const work =
    report.workload && `workload: ${words(report.workload.category)}, ${percent(report.workload.confidence)}`;
  const end = Date.parse(report.session.end);
  const range = period(Date.parse(report.session.start), end);
  /** @param {string} title @param {any} content */
  const part = (title, content) => h('section', null, h('h2', { text: title }), content);
  return [
    h(
      'section',
      { class: `verdict ${report.verdict.level}` },
      h('strong', { text: verdictWord(report.verdict.level) }),
      h('span', { class: 'verdict-text', text: localTimes(report.verdict.text, end) }),
      h('span', { class: 'work', text: work ?? '' }),
    ),
    part(
      'What to do',
      report.insights?.length
        ? h('ul', { class: 'findings' }, report.insights.map(insightItem))
        : emptyLine('Nothing to recommend.'),
    ),
    part(
      'Episodes',
      episodes.length
        ? h(
            'ul',
            { class: 'findings' },
            episodes.map((/** @type {any} */ item) => episodeItem(item)),
          )
        : emptyLine('None.', report.anomalies_reason),
    ),
    part(
      'Trends',
      moving.length
        ? h('ul', { class: 'plain' }, moving.map(trendItem))
        : emptyLine('Nothing rises or falls for long.', report.trends_reason),
    ),
    part(
      'What it stands on',
      h('p', {
        text: `${counted(report.session.samples, 'sample')} of ${counted(
          report.session.metrics,
          'metric',
        )}, ${range}, ${counted(report.session.gaps, 'gap')}. Method: ${report.anomalies?.method ?? 'none'}.`,
      }),
    ),
  ];
}

/** @returns {import('./state.js').View} */
export function analysisView() {
  const slot = new Slot();
  const files = h('span', { class: 'files needs-server' });
  const load = () => {
    files.replaceChildren(
      link('Report as one file', fileUrl('report.html', rangeQuery()), { download: true }),
      ', ',
      link('JSON', fileUrl('analysis', rangeQuery()), { download: 'analysis.json' }),
    );
    slot.load((signal) => get('analysis', rangeQuery(), signal), reportOf);
  };
  return {
    root: h(
      'div',
      { class: 'view' },
      h(
        'header',
        { class: 'view-head' },
        h('h1', { text: 'Analysis' }),
        h('p', { class: 'more', text: 'Everything Sonde can say about this range, with what to do.' }),
      ),
      h('div', { class: 'tools' }, button('Analyse again', load), files),
      slot.root,
    ),
    show: load,
    leave: () => slot.stop(),
  };
}

/** @returns {import('./state.js').View} */
export function policyView() {
  const slot = new Slot();
  return {
    root: h(
      'div',
      { class: 'view' },
      h(
        'header',
        { class: 'view-head' },
        h('h1', { text: 'Policy' }),
        h('p', {
          class: 'more',
          text: 'What Sonde may change on this machine, what it tried, and what it put back.',
        }),
      ),
      slot.root,
    ),
    show: () =>
      slot.load(
        (signal) => get('policy', {}, signal),
        (answer) =>
          answer.available
            ? h('pre', { text: JSON.stringify(answer, null, 2) })
            : emptyLine('Sonde changes nothing on this machine.', answer.reason),
      ),
  };
}
