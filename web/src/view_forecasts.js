/* view_forecasts.js - what is coming, how sure that is, and how right such forecasts were. */
import { h, viewHead } from './dom.js';
import { get } from './api.js';
import { amount, minute, percent, when } from './format.js';
import { metricOf, rangeQuery } from './state.js';
import { familyTitle, titleOf } from './names.js';
import { shareBar } from './findings.js';
import { Chart } from './chart.js';
import { ChartGroup } from './group.js';
import { Slot, emptyLine } from './slot.js';
import { Table, plainTable } from './table.js';

const PAST_POINTS = 240;

/**
 * What was and what is expected, on one time axis.
 * @param {any} frames
 * @param {any} metric - of the forecast
 */
function joined(frames, metric) {
  const past = frames.series.find((/** @type {any} */ series) => series.id === metric.metric)?.mean ?? [];
  const times = past.map((/** @type {any} */ _, /** @type {number} */ i) => frames.from_ms + i * frames.step_ms);
  const last = [...past].reverse().find((v) => v != null) ?? null;
  const future = metric.points.map((/** @type {any} */ p) => Date.parse(p.time));
  const nothing = Array(Math.max(0, past.length - 1)).fill(null);
  /** @param {string} key */
  const line = (key) => [
    ...nothing,
    ...(past.length ? [last] : []),
    ...metric.points.map((/** @type {any} */ p) => p[key]),
  ];
  return [[...times, ...future], [...past, ...future.map(() => null)], line('p50'), line('p10'), line('p90')];
}

/** @returns {import('./state.js').View} */
export function forecastsView() {
  const group = new ChartGroup();
  const charts = new Slot('board small'),
    risk = new Slot(),
    grades = new Slot();
  const table = gradeTable();

  /** @param {any} forecast @param {any} frames */
  const draw = (forecast, frames) => {
    for (const chart of [...group.charts]) chart.destroy();
    const known = forecast.metrics.filter((/** @type {any} */ metric) => metric.points);
    if (known.length) group.setRange(frames.from_ms, Date.parse(known[0].points[known[0].points.length - 1].time));
    return forecast.metrics.map((/** @type {any} */ metric) => {
      const title = titleOf(metric.metric, metricOf(metric.metric)?.help);
      if (!metric.points)
        return h(
          'figure',
          { class: 'chart' },
          h('h3', { text: title }),
          emptyLine('No forecast.', metric.points_reason),
        );
      const chart = new Chart(
        {
          title,
          unit: metric.unit,
          bands: [[4, 3]],
          detail: metric.metric,
          lines: [
            { label: 'recorded', color: 0 },
            { label: 'expected', dash: true, color: 1 },
            { label: 'one in ten is below', quiet: true },
            { label: 'one in ten is above', quiet: true },
          ],
        },
        group,
      );
      chart.setData(joined(frames, metric));
      return h('div', { class: 'forecast' }, chart.root, h('p', { class: 'more', text: skillWords(metric) }));
    });
  };

  const show = () => {
    const asked = get('forecasts', rangeQuery());
    charts.load(
      async (signal) => {
        const answer = await asked;
        const ids = (answer.forecast?.metrics ?? []).map((/** @type {any} */ metric) => metric.metric);
        const frames = ids.length
          ? await get('frames', { metrics: ids.join(','), ...rangeQuery(), points: PAST_POINTS }, signal)
          : null;
        return [answer, frames];
      },
      ([answer, frames]) =>
        answer.forecast
          ? draw(answer.forecast, frames)
          : emptyLine(
              `No forecast for this range: ${answer.forecast_reason}.`,
            ),
      show,
    );
    risk.load(
      () => asked,
      ({ forecast }) => riskOf(forecast?.risk),
      show,
    );
    grades.load(
      () => asked,
      (answer) => {
        table.setRows(answer.grades ?? []);
        return table.root;
      },
      show,
    );
  };

  return {
    root: h(
      'div',
      { class: 'view' },
      viewHead('Forecasts', 'Dashes are what is expected; four values in five should lie in the band.'),
      charts.root,
      h('section', null, h('h2', { text: 'Risk' }), risk.root),
      h('section', null, h('h2', { text: 'How right past forecasts were' }), grades.root),
    ),
    show,
    leave() {
      charts.stop();
      risk.stop();
      grades.stop();
      group.destroy();
    },
  };
}

/** @param {any} metric */
function skillWords(metric) {
  const covered = metric.coverage == null ? '' : ` ${percent(metric.coverage)} of past values lay in such bands.`;
  const words = metric.words ? `${metric.words[0].toUpperCase()}${metric.words.slice(1)}.` : '';
  return `${words}${covered} Model: ${metric.model}.`;
}

/** @param {{time: string, probability: number, level: string}[] | undefined} risk */
function riskOf(risk) {
  if (!risk?.length) return emptyLine('No risk is told for this range.');
  return plainTable(
    'How likely something unusual begins',
    [
      { label: 'until', show: (one) => minute(Date.parse(one.time)) },
      { label: 'risk', show: (one) => one.level },
      { label: 'probability', num: true, show: (one) => shareBar(one.probability) },
    ],
    risk.slice(0, 8),
    { name: 'narrow' },
  );
}

function gradeTable() {
  return new Table(
    'Grades of past forecasts',
    [
      {
        label: 'metric',
        value: (row) => row.metric,
        show: (row) => familyTitle(row.metric, metricOf(row.metric)?.help),
        title: (row) => row.metric,
      },
      { label: 'forecasts', num: true, value: (row) => row.count },
      {
        label: 'since',
        num: true,
        narrow: true,
        value: (row) => row.since_ms,
        show: (row) => (row.since_ms ? when(row.since_ms) : '-'),
      },
      {
        label: 'error',
        num: true,
        value: (row) => row.error,
        show: (row) => amount(row.error, metricOf(row.metric)?.unit ?? ''),
      },
      {
        label: 'error of the last value',
        num: true,
        value: (row) => row.naive_error,
        show: (row) => amount(row.naive_error, metricOf(row.metric)?.unit ?? ''),
      },
      {
        label: 'in the band',
        num: true,
        value: (row) => row.covered,
        show: (row) => percent(row.covered),
        title: () => '80 % are meant to be',
      },
    ],
    { empty: 'No forecast has been graded yet: that needs a recorder that runs for some hours.' },
  );
}
