/* view_explore.js - any metrics over any range on one time axis, and what changed in it. */
import { h, button, fill, link } from './dom.js';
import { get } from './api.js';
import { amount, span } from './format.js';
import { app, goParams, goRange, here, rangeQuery, metricOf } from './state.js';
import { areaTitle, splitIds, titleOf } from './names.js';
import { fileLink } from './file_link.js';
import { Board } from './board.js';
import { Picker } from './picker.js';
import { Slot, emptyLine } from './slot.js';
import { plansOf } from './plans.js';
import { heatStrip, marksOf } from './findings.js';
import { moved } from './route.js';

const FIRST_METRICS = 'cpu.util,memory.util,disk.read.rate{total},disk.write.rate{total}';

/** @returns {import('./state.js').View} */
export function exploreView() {
  const board = new Board('board stacked');
  const strip = new Slot('strip');
  const changed = new Slot('changes');
  const picker = new Picker((ids) => goParams({ m: ids.join(',') || '-', changed: null }, true));
  const empty = emptyLine('No metric is chosen.', 'Tick some among the metrics, or search for one.');
  const files = h('span', { class: 'files needs-server' });
  const what = button('What changed here', () => goParams({ changed: '1' }), { class: 'needs-server' });
  /** @param {number} move @param {number} scale */
  const go = (move, scale) => goRange(moved(app.range, move, scale));
  const tools = h(
    'div',
    { class: 'tools', role: 'toolbar', 'aria-label': 'Range' },
    button('\u2190', () => go(-0.5, 1), { 'aria-label': 'Earlier' }),
    button('\u2192', () => go(0.5, 1), { 'aria-label': 'Later' }),
    button('+', () => go(0, 0.5), { 'aria-label': 'Zoom in' }),
    button('\u2212', () => go(0, 2), { 'aria-label': 'Zoom out' }),
    what,
    files,
  );
  changed.root.hidden = true;

  return {
    root: h(
      'div',
      { class: 'view explore' },
      h('h1', { class: 'unseen', text: 'Explore' }),
      picker.root,
      h(
        'div',
        { class: 'explored' },
        tools,
        strip.root,
        changed.root,
        empty,
        board.root,
        h('p', {
          class: 'more',
          text: 'Drag over a chart to zoom, Shift and drag to move, Ctrl and wheel to zoom at the pointer.',
        }),
      ),
    ),
    board,
    show() {
      const known = splitIds(FIRST_METRICS).filter(metricOf);
      const first = known.length ? known : app.metrics.slice(0, 4).map(({ id }) => id);
      const ids = app.route.params.m == null ? first : splitIds(app.route.params.m).filter(metricOf);
      picker.setChosen(ids);
      board.setPlans(plansOf(ids));
      empty.hidden = ids.length > 0;
      board.load(app.range, app.host.data.interval_s);
      fill(
        files,
        'Export: ',
        ['csv', 'json'].map((format) => [
          fileLink(format.toUpperCase(), 'export', { format, metrics: ids.join(',') }),
          ' ',
        ]),
        fileLink('SVG', 'plot', { metrics: ids.join(',') }),
      );
      strip.load(
        (signal) => get('anomalies', { ...rangeQuery(), limit: 200 }, signal),
        (answer) => {
          for (const chart of board.charts) chart.setMarks(marksOf(answer.anomalies));
          return heatStrip(answer.anomalies, app.range.from, app.range.to);
        },
      );
      changed.root.hidden = !app.route.params.changed;
      if (app.route.params.changed) changed.load((signal) => get('changed', rangeQuery(), signal), changesOf);
    },
    leave() {
      board.destroy();
      picker.leave();
      strip.stop();
      changed.stop();
    },
  };
}

/** @param {any} answer - of /api/v1/changed */
function changesOf(answer) {
  const close = button('Close', () => goParams({ changed: null }, true), { class: 'quiet' });
  const head = h('header', null, h('h2', { text: 'What changed here' }), close);
  if (!answer.changed) return [head, emptyLine('This cannot be told.', answer.changed_reason)];
  const { areas, processes, before } = answer.changed;
  const length =
    before?.start && before?.end
      ? ` the ${span((Date.parse(before.end) - Date.parse(before.start)) / 1000)} before`
      : ' the time before';
  if (!areas.length && !processes.length)
    return [head, emptyLine(`Nothing that matters changed against${length}.`)];
  return [
    head,
    h('p', { class: 'more', text: `Against${length}; what moved furthest stands first.` }),
    h(
      'div',
      { class: 'columns' },
      areas.map((/** @type {any} */ area) =>
        h(
          'section',
          null,
          h('h3', { text: areaTitle(area.area) }),
          h('ul', { class: 'plain' }, area.metrics.slice(0, 6).map(changeItem)),
        ),
      ),
      processes.length > 0 &&
        h(
          'section',
          null,
          h('h3', { text: 'Processes at work' }),
          h('ul', { class: 'plain' }, processes.slice(0, 8).map(processChange)),
        ),
    ),
  ];
}

/** @param {any} change */
function changeItem({ metric, unit, before, after, effect }) {
  const times = Math.abs(effect) >= 1 ? `, ${Math.abs(effect).toPrecision(2)} times how far it varies` : '';
  return h(
    'li',
    null,
    link(titleOf(metric, metricOf(metric)?.help), here('explore', { m: metric }), { title: metric }),
    ' ',
    h('span', { class: 'num' }, amount(before, unit), ' \u2192 ', h('b', { text: amount(after, unit) })),
    h('small', { text: times }),
  );
}

/** @param {any} change */
function processChange({ pid, name, change, unit, before, after }) {
  const of = unit === '%' ? ' of a core' : unit === 'By' ? ' of memory' : ' read and written';
  const text =
    change === 'came'
      ? `came: ${amount(after, unit)}${of}`
      : change === 'went'
        ? `went: it had ${amount(before, unit)}${of}`
        : `${amount(before, unit)} \u2192 ${amount(after, unit)}${of}`;
  return h('li', null, h('b', { text: name }), h('small', { text: ` ${pid} ` }), text);
}
