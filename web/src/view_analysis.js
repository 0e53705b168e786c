/* view_analysis.js - the whole report of a range, and as a file. */
import { h, button, link, viewHead } from './dom.js';
import { get } from './api.js';
import { fileLink } from './file_link.js';
import { amount, counted, localTimes, period, span } from './format.js';
import { here, metricOf, rangeQuery } from './state.js';
import { titleOf } from './names.js';
import { Slot, emptyLine } from './slot.js';
import { episodeItem, insightItem, verdictWord, workWords } from './findings.js';

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
      h('span', { class: 'work', text: workWords(report.workload) }),
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
  const files = h(
    'span',
    { class: 'files needs-server' },
    fileLink('Report as one file', 'report.html'),
    ', ',
    fileLink('JSON', 'analysis', {}, 'analysis.json'),
  );
  const load = () => {
    slot.load((signal) => get('analysis', rangeQuery(), signal), reportOf);
  };
  return {
    root: h(
      'div',
      { class: 'view' },
      viewHead('Analysis', 'Everything Sonde can say about this range, with what to do.'),
      h('div', { class: 'tools' }, button('Analyse again', load), files),
      slot.root,
    ),
    show: load,
    leave: () => slot.stop(),
  };
}
