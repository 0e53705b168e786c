/* view_events.js - what happened, the newest first. */
import { h, viewHead } from './dom.js';
import { get, live } from './api.js';
import { localTimes, span, when, words } from './format.js';
import { app, rangeQuery } from './state.js';
import { Slot } from './slot.js';
import { Table } from './table.js';
import { Listing } from './listing.js';
import { severityMark } from './findings.js';

const KINDS = 'gap clock adapter budget archive anomaly workload log change alert policy'.split(' ');
const EVENTS_MOST = 1000;

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
        get('events', { ...rangeQuery(), limit: EVENTS_MOST, kind: kind.value, severity: severity.value }, signal),
      (answer) => {
        listing.setRows(answer.events);
        return table.root;
      },
    );
  const kind = chooser('every kind', KINDS, load);
  const severity = chooser('every severity', ['info', 'notice', 'warning', 'critical'], load);
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
  const listing = new Listing(table, {
    label: 'Filter events',
    hint: 'Filter',
    text: ({ text, source }) => `${text} ${source}`,
  });
  const off = live.on('event', (event) => {
    const wanted = (!kind.value || event.kind === kind.value) && (!severity.value || event.severity === severity.value);
    if (app.range.live && wanted) listing.setRows([event, ...listing.rows].slice(0, EVENTS_MOST));
  });
  return {
    root: h(
      'div',
      { class: 'view' },
      viewHead('Events'),
      h('div', { class: 'tools' }, kind, severity, listing.search),
      slot.root,
    ),
    show: load,
    leave() {
      off();
      slot.stop();
    },
  };
}
