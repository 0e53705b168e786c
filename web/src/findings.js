/* findings.js - what was found, in rows: episodes, causes, events, insights. */
import { h, link } from './dom.js';
import { amount, between, exactly, localTimes, percent, period, span, when, words } from './format.js';
import { AREA_ORDER, areaTitle, titleOf } from './names.js';
import { here, metricOf } from './state.js';
import { plainTable } from './table.js';
import { timeline } from './timeline.js';

/** @typedef {{session: string, start_ms: number, end_ms: number, peak_ms: number, score: number, probability: number,
 *   severity: string, area: string, summary: string, causes: any[], logs: LogLine[] | null, logs_read?: number,
 *   logs_reason?: string, changes?: {time_ms: number, text: string, score: number}[]}} Episode */

/** @typedef {{time_ms: number, log: string, ident: string | null, unit: string | null, priority: number | null,
 *   text: string, count: number, score: number}} LogLine */

const ALWAYS = 8;

/** What changed on the machine before an episode. @param {Episode} episode */
export function changesBefore(episode) {
  const changes = episode.changes ?? [];
  if (!changes.length) return null;
  const one = (/** @type {{time_ms: number, text: string}} */ change) =>
    h('li', null, h('span', { class: 'more', text: `${when(change.time_ms)} ` }), change.text);
  return [h('h3', { text: 'Before it' }), h('ul', { class: 'findings before' }, changes.map(one))];
}

/** The first word of a verdict. @param {string} level */
export function verdictWord(level) {
  return level === 'well' ? 'Well' : level === 'look' ? 'Look' : 'Not known yet';
}

/** What the machine is at work on. @param {{category: string, confidence: number} | null | undefined} work */
export function workWords(work) {
  if (!work) return '';
  if (work.category === 'unknown') return 'workload: not known';
  return `workload: ${words(work.category)}, ${percent(work.confidence)}`;
}

const PRIORITIES = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'information', 'debug'];

/** @param {LogLine} line */
function logItem({ time_ms, log, ident, priority, text, count }) {
  const said = priority === null ? '' : `, ${PRIORITIES[priority]}`;
  const often = count > 1 ? `, ${count} times` : '';
  return h(
    'li',
    { class: 'finding' },
    h('span', { class: 'more', text: `${when(time_ms)}${said}${often}: ` }),
    h('span', { text: ident ? `${ident}: ${text}` : text }),
    h('span', { class: 'more', text: ` (${log})` }),
  );
}

/** What the logs said around an episode; null where there is no line. @param {Episode} episode */
export function logList({ logs }) {
  return logs && logs.length ? h('ul', { class: 'findings' }, logs.map(logItem)) : null;
}

/** Episodes as charts show them. @param {Episode[]} episodes @returns {import('./chart.js').Mark[]} */
export function marksOf(episodes) {
  return episodes.map(({ start_ms, end_ms, severity }) => ({ from: start_ms, to: end_ms, severity }));
}

/** A word that also has a shape: severity is never told by colour alone. @param {string} severity */
export function severityMark(severity) {
  return h('span', { class: `severity ${severity}`, text: severity });
}

/** @param {Episode} episode */
function episodeWords({ start_ms, end_ms, severity, summary }) {
  return `${period(start_ms, end_ms)}, ${severity}: ${localTimes(summary, start_ms)}`;
}

/** @param {Episode} episode */
function episodeLink(episode) {
  return here('anomalies', { at: episode.start_ms });
}

/**
 * The heat strip: when which area was unusual.
 * @param {Episode[]} episodes
 * @param {number} from
 * @param {number} to
 */
export function heatStrip(episodes, from, to) {
  const seen = new Set(episodes.map((episode) => episode.area));
  const areas = AREA_ORDER.filter((area, i) => i < ALWAYS || seen.has(area));
  for (const area of seen) if (!AREA_ORDER.includes(area)) areas.push(area);
  return timeline(
    'Episodes by area',
    areas.map((area) => ({
      label: areaTitle(area),
      blocks: episodes
        .filter((episode) => episode.area === area)
        .map((episode) => ({
          from: episode.start_ms,
          to: episode.end_ms,
          class: `episode ${episode.severity}`,
          href: episodeLink(episode),
          title: episodeWords(episode),
        })),
    })),
    from,
    to,
  );
}

/** @param {Episode} episode @param {boolean} [chosen] */
export function episodeItem(episode, chosen) {
  return h(
    'li',
    { class: chosen ? 'finding chosen' : 'finding' },
    h(
      'a',
      { href: episodeLink(episode), 'aria-current': chosen ? 'true' : null },
      h(
        'span',
        { class: 'finding-head' },
        h('time', { text: period(episode.start_ms, episode.end_ms) }),
        h('span', { text: areaTitle(episode.area) }),
        severityMark(episode.severity),
      ),
      h('span', { class: 'finding-text', text: localTimes(episode.summary, episode.start_ms) }),
    ),
  );
}

/** @param {any[]} causes - of the report */
export function causeTable(causes) {
  const most = Math.max(...causes.map((cause) => cause.contribution ?? 0), 1e-9);
  const metric = (/** @type {any} */ cause) =>
    link(titleOf(cause.metric, metricOf(cause.metric)?.help), here('explore', { m: cause.metric }), {
      title: cause.metric,
    });
  return h(
    'div',
    { class: 'table-frame' },
    plainTable(
      'Causes',
      [
        { label: 'metric', show: metric },
        {
          label: 'value',
          num: true,
          show: (cause) => h('b', { text: amount(cause.value, cause.unit) }),
          title: (cause) => exactly(cause.value, cause.unit),
        },
        { label: 'expected', num: true, narrow: true, show: (cause) => amount(cause.expected, cause.unit) },
        { label: 'usual', num: true, show: (cause) => between(cause.usual, cause.unit) || '-' },
        { label: 'share', num: true, show: (cause) => shareBar(cause.contribution, most) },
      ],
      causes,
      { unseen: true },
    ),
  );
}

/** @param {number | null} share @param {number} [most] */
export function shareBar(share, most = 1) {
  if (share == null) return '-';
  const bar = h('i', { class: 'bar', 'aria-hidden': 'true' });
  bar.style.setProperty('width', `${Math.round(56 * Math.min(1, share / most))}px`);
  return h('span', { class: 'share' }, bar, percent(share));
}

/** @typedef {{time_ms: number, end_ms: number, kind: string, severity: string, source: string, text: string,
 *   count?: number}} Happened */

/** The begin that an alert's end belongs to. @param {Happened[]} all @param {string} text - of the end */
function alertBegin(all, text) {
  const end = text.match(/^(.*?): over: (?:(.*?) is )?/);
  if (!end) return undefined;
  const ofRule = all.filter((one) => one.kind === 'alert' && one.text.startsWith(`${end[1]}: `)).reverse();
  return ofRule.find((one) => one.text.startsWith(`${end[1]}: ${end[2]} `)) ?? ofRule[0];
}

/**
 * Each thing once, by time: an end goes into its begin, what was said again is counted.
 * @param {Happened[]} events
 * @returns {Happened[]}
 */
export function foldEvents(events) {
  const folded = /** @type {Happened[]} */ ([]);
  for (const event of [...events].sort((a, b) => a.time_ms - b.time_ms || a.end_ms - b.end_ms)) {
    const { kind, source, text, time_ms, end_ms } = event;
    const begin = kind === 'alert' ? alertBegin(folded, text) : undefined;
    const same =
      begin ??
      folded.find((one) => one.kind === kind && one.source === source && one.text === text) ??
      folded.find((one) => kind === 'anomaly' && one.kind === kind && one.time_ms === time_ms);
    if (!same) folded.push({ ...event, count: 1 });
    else if (same.text === text) same.count = (same.count ?? 1) + 1;
    else same.end_ms = Math.max(same.end_ms, end_ms);
  }
  return folded;
}

/** @param {Happened} event */
export function eventItem(event) {
  const often = (event.count ?? 1) > 1 ? `, ${event.count} times` : '';
  const lasted =
    (event.end_ms > event.time_ms ? `, for ${span((event.end_ms - event.time_ms) / 1000)}` : '') + often;
  return h(
    'li',
    { class: 'finding' },
    h(
      'span',
      { class: 'finding-head' },
      h('time', { text: when(event.time_ms) + lasted }),
      h('span', { text: words(event.kind) }),
      severityMark(event.severity),
    ),
    h('span', { class: 'finding-text', text: localTimes(event.text, event.time_ms) }),
  );
}

/** @param {{severity: string, area: string, title: string, evidence: string[], advice: string,
 *   remedy?: string | null, since?: string, since_ms?: number}} insight */
export function insightItem(insight) {
  const since = insight.since_ms ?? (insight.since ? Date.parse(insight.since) : null);
  const told = (/** @type {string} */ text) => localTimes(text, since ?? Date.now());
  return h(
    'li',
    null,
    h(
      'span',
      { class: 'finding-head' },
      h('span', { text: areaTitle(insight.area) }),
      since != null && h('time', { text: `since ${when(since)}` }),
      severityMark(insight.severity),
    ),
    h('strong', { class: 'finding-text', text: told(insight.title) }),
    insight.evidence?.length > 0 &&
      h(
        'ul',
        { class: 'evidence' },
        insight.evidence.map((text) => h('li', { text: told(text) })),
      ),
    insight.advice &&
      h('p', { class: 'advice' }, h('span', { class: 'advice-mark', text: 'To do: ' }), insight.advice),
    insight.remedy &&
      h(
        'p',
        { class: 'advice' },
        h('span', { class: 'advice-mark', text: 'To try: ' }),
        h('code', { text: `sonde fix ${insight.remedy}` }),
      ),
  );
}
