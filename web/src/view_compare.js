/* view_compare.js - two ranges held against each other, what differs most first. */
import { h, button, field, link, place, viewHead } from './dom.js';
import { get } from './api.js';
import { DAY_MS, amount, between, exactly, localInput, period } from './format.js';
import { app, goTo, metricOf, rangeQuery } from './state.js';
import { hashOf, readTime } from './route.js';
import { titleOf } from './names.js';
import { Slot, emptyLine } from './slot.js';
import { Table } from './table.js';

const BAR_LEAST = 0.02; // of the picture's width

/** The two ranges that the address names; the second is the time before where it names none. */
function twoRanges() {
  const { from, to } = rangeQuery();
  const { with_from, with_to } = app.route.params;
  const withFrom = readTime(with_from);
  const withTo = readTime(with_to);
  const first = app.host.data.first_ms ?? 0;
  // Nothing was recorded the time before: then one half is held against the other.
  if (withFrom == null && withTo == null && from - (to - from) < first) {
    const begin = Math.max(from, first);
    const middle = (begin + to) / 2;
    return { from: middle, to, with_from: begin, with_to: middle };
  }
  return { from, to, with_from: withFrom ?? from - (to - from), with_to: withTo ?? from };
}

/** @param {Record<string, number>} ranges */
const goCompare = (ranges) => goTo(hashOf('compare', ranges));

/** @returns {import('./state.js').View} */
export function compareView() {
  const slot = new Slot();
  const inputs = Object.fromEntries(
    ['from', 'to', 'with_from', 'with_to'].map((key) => [
      key,
      field({
        type: 'datetime-local',
        step: '1',
        'aria-label': key.replace('_', ' '),
        on: {
          change: () => {
            const ms = readTime(inputs[key].value);
            if (ms != null) goCompare({ ...twoRanges(), [key]: ms });
          },
        },
      }),
    ]),
  );
  /** B becomes A so much earlier; its own length where none is given. @param {number} [shift] */
  const before = (shift) => () => {
    const { from, to } = twoRanges();
    const earlier = shift ?? to - from;
    goCompare({ from, to, with_from: from - earlier, with_to: to - earlier });
  };
  const table = compareTable();
  return {
    root: h(
      'div',
      { class: 'view' },
      viewHead('Compare'),
      h(
        'div',
        { class: 'tools spans' },
        h(
          'fieldset',
          null,
          h('legend', null, h('i', { class: 'sample c1' }), ' A'),
          inputs.from,
          ' to ',
          inputs.to,
        ),
        h(
          'fieldset',
          null,
          h('legend', null, h('i', { class: 'sample c2' }), ' B'),
          inputs.with_from,
          ' to ',
          inputs.with_to,
        ),
        button('B is the time before', before()),
        button('a day before', before(DAY_MS)),
        button('a week before', before(7 * DAY_MS)),
      ),
      slot.root,
    ),
    show() {
      const ranges = twoRanges();
      for (const [key, input] of Object.entries(inputs))
        input.value = localInput(ranges[/** @type {keyof typeof ranges} */ (key)]);
      slot.load(
        (signal) => get('compare', ranges, signal),
        (answer) => {
          if (!answer.metrics.length)
            return emptyLine(
              'Nothing to compare.',
              answer.reason ?? 'Nothing was recorded in one of the two ranges.',
            );
          table.setRows(answer.metrics);
          return [
            h('p', {
              class: 'more',
              text: `A is ${period(answer.a.from_ms, answer.a.to_ms)}, B is ${period(
                answer.b.from_ms,
                answer.b.to_ms,
              )}. What differs most stands first; a shift above 0 says that B is higher, 1 by as much as values vary.`,
            }),
            table.root,
          ];
        },
      );
    },
    leave: () => slot.stop(),
  };
}

/** Where a lies against b, as two spans on one line. @param {any} row */
function rangesPicture({ a, b }) {
  const low = Math.min(a.p05, b.p05),
    high = Math.max(a.p95, b.p95);
  const length = high - low || 1;
  /** @param {any} side @param {string} name */
  const bar = (side, name) => {
    const node = h('i', { class: name });
    const from = (side.p05 - low) / length;
    place(node, from, Math.max((side.p95 - low) / length, from + BAR_LEAST));
    return node;
  };
  return h('span', { class: 'overlap', 'aria-hidden': 'true' }, bar(a, 'a'), bar(b, 'b'));
}

function compareTable() {
  /** @param {string} key */
  const side = (key) => ({
    label: `${key.toUpperCase()} median`,
    num: true,
    value: (/** @type {any} */ row) => row[key]?.median,
    show: (/** @type {any} */ row) => amount(row[key]?.median, row.unit),
    title: (/** @type {any} */ row) =>
      `${exactly(row[key]?.median, row.unit)}; nine in ten ${between([row[key]?.p05, row[key]?.p95], row.unit)}`,
  });
  return new Table(
    'Metrics of both ranges',
    [
      {
        label: 'metric',
        value: (row) => row.id,
        title: (row) => row.id,
        show: (row) =>
          link(
            titleOf(row.id, metricOf(row.id)?.help),
            hashOf('explore', { m: row.id, from: twoRanges().from, to: twoRanges().to }),
          ),
      },
      side('a'),
      side('b'),
      {
        label: 'A over B',
        narrow: true,
        show: (row) => (row.a && row.b ? rangesPicture(row) : '-'),
      },
      {
        label: 'shift',
        num: true,
        value: (row) => Math.abs(row.shift ?? 0),
        show: (row) => (row.shift == null ? '-' : `${row.shift > 0 ? '+' : ''}${(+row.shift).toFixed(2)}`),
      },
    ],
    { most: 200 },
  );
}
