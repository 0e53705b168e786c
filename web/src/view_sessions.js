/* view_sessions.js - every recording: search, label, compare two, export. */
import { h, button, field, link, viewHead } from './dom.js';
import { fileUrl, get, send } from './api.js';
import { counted, span, when, whenLong, words } from './format.js';
import { app, goTo } from './state.js';
import { hashOf } from './route.js';
import { Slot } from './slot.js';
import { Table } from './table.js';
import { Listing } from './listing.js';
import { openDialog, closeDialog } from './dialog.js';

/** @typedef {{name: string, note: string | null}} Label */
/** @typedef {{id: string, start_ms: number, end_ms: number, samples: number, gaps: number, anomalies: number | null,
 *   state: string, origin: string, workload: string | null, verdict: string | null, labels: Label[]}} Session */

/** @param {Session} session */
const rangeOfSession = ({ start_ms, end_ms }) => ({ from: start_ms, to: Math.max(end_ms, start_ms + 1000) });

/** @param {Session} session */
function textOf(session) {
  return [
    session.id,
    session.workload,
    session.verdict,
    session.origin,
    ...session.labels.map(({ name, note }) => `${name} ${note}`),
  ].join(' ');
}

/** @returns {import('./state.js').View} */
export function sessionsView() {
  const slot = new Slot();
  /** @type {string[]} two to compare */
  let marked = [];
  const full = app.host.role === 'full';
  const compare = button('Compare', () => compareMarked(), { disabled: true });
  const load = () =>
    slot.load(
      (signal) => get('sessions', { limit: 1000 }, signal),
      (answer) => {
        listing.setRows(answer.sessions);
        return table.root;
      },
    );
  const compareMarked = () => {
    const [a, b] = marked.map((id) => listing.rows.find((session) => session.id === id));
    if (a && b) {
      const first = rangeOfSession(a),
        second = rangeOfSession(b);
      goTo(hashOf('compare', { ...first, with_from: second.from, with_to: second.to }));
    }
  };
  /** @param {Session} session @param {boolean} on */
  const mark = (session, on) => {
    const before = marked;
    marked = [...marked.filter((id) => id !== session.id), ...(on ? [session.id] : [])].slice(-2);
    compare.toggleAttribute('disabled', marked.length !== 2);
    // Only the box that drops out: in a table that is drawn anew, the focus would be lost.
    for (const box of table.root.querySelectorAll('input'))
      if (before.includes(box.name) && !marked.includes(box.name)) box.checked = false;
  };
  /** @param {Session} session @param {string} name */
  const removeLabel = async (session, name) => {
    const path = `sessions/${encodeURIComponent(session.id)}/labels/${encodeURIComponent(name)}`;
    await send('DELETE', path).then(load, (why) => slot.fail(why, load));
  };
  const table = new Table(
    'Sessions',
    [
      {
        label: 'compare',
        show: (row) =>
          field({
            type: 'checkbox',
            name: row.id,
            checked: marked.includes(row.id),
            'aria-label': `Compare ${row.id}`,
            on: { change: (/** @type {any} */ e) => mark(row, e.target.checked) },
          }),
      },
      {
        label: 'began',
        value: (row) => row.start_ms,
        title: (row) => row.id,
        show: (row) => link(whenLong(row.start_ms), hashOf('overview', rangeOfSession(row))),
      },
      {
        label: 'length',
        num: true,
        value: (row) => row.end_ms - row.start_ms,
        show: (row) => span((row.end_ms - row.start_ms) / 1000),
      },
      { label: 'state', narrow: true, value: (row) => row.state },
      { label: 'anomalies', num: true, value: (row) => row.anomalies, show: (row) => row.anomalies ?? '-' },
      { label: 'gaps', num: true, narrow: true, value: (row) => row.gaps },
      {
        label: 'workload',
        narrow: true,
        value: (row) => row.workload,
        show: (row) => (row.workload ? words(row.workload) : '-'),
      },
      {
        label: 'labels',
        value: (row) => row.labels.map((/** @type {any} */ l) => l.name).join(' '),
        show: (row) => [
          row.labels.map((/** @type {any} */ label) =>
            h(
              'span',
              { class: 'label-chip', title: label.note ?? '' },
              label.name,
              full &&
                button('\u00d7', () => removeLabel(row, label.name), {
                  'aria-label': `Remove the label ${label.name}`,
                }),
            ),
          ),
          full && button('+ label', () => askLabel(row, load), { class: 'quiet' }),
        ],
      },
      {
        label: 'export',
        narrow: true,
        show: (row) =>
          ['csv', 'json', 'jsonl'].map((format) => [
            link(format, fileUrl('export', { format, session: row.id }), { download: true }),
            ' ',
          ]),
      },
    ],
    { sort: 1, descending: true, empty: 'No session is kept here.' },
  );
  const listing = new Listing(table, {
    label: 'Search sessions',
    hint: 'Search label, workload, verdict',
    text: textOf,
  });

  return {
    root: h(
      'div',
      { class: 'view' },
      viewHead('Sessions', 'A label keeps a recording from being thinned out. Tick two to compare them.'),
      h('div', { class: 'tools' }, listing.search, compare),
      slot.root,
    ),
    show: load,
    leave: () => slot.stop(),
  };
}

/** @param {Session} session @param {() => void} done */
function askLabel(session, done) {
  const name = field({ required: true, maxlength: '63', 'aria-label': 'Label' });
  const note = field({ maxlength: '200', 'aria-label': 'Note' });
  const fault = h('p', { class: 'fault', role: 'alert', hidden: true });
  const form = h(
    'form',
    {
      class: 'stack',
      on: {
        submit: async (/** @type {Event} */ event) => {
          event.preventDefault();
          try {
            await send('POST', `sessions/${encodeURIComponent(session.id)}/labels`, {
              name: name.value,
              note: note.value,
            });
            closeDialog();
            done();
          } catch (why) {
            fault.textContent = `Not kept: ${/** @type {Error} */ (why).message}.`;
            fault.hidden = false;
          }
        },
      },
    },
    h('label', null, 'Label', name),
    h('label', null, 'Note', note),
    fault,
    h('button', { type: 'submit', text: 'Keep' }),
  );
  openDialog(
    `Label the session of ${when(session.start_ms)}`,
    h('p', { class: 'more', text: `${session.id}, ${counted(session.samples, 'sample')}` }),
    form,
  );
  name.focus();
}
