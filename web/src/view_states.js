/* view_states.js - the states this machine is in, and the kinds of work it does, over time and in shares. */
import { h, fill, viewHead } from './dom.js';
import { get } from './api.js';
import { percent, period, span, words } from './format.js';
import { app, rangeQuery } from './state.js';
import { Slot, emptyLine } from './slot.js';
import { shareBar } from './findings.js';
import { plainTable } from './table.js';
import { timeline } from './timeline.js';

const COLORS = 7;

/** Shares of time by name. @param {{from_ms: number, to_ms: number}[]} spans @param {(span: any) => string} name */
function sharesOf(spans, name) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  let all = 0;
  for (const one of spans) {
    const length = one.to_ms - one.from_ms;
    sums.set(name(one), (sums.get(name(one)) ?? 0) + length);
    all += length;
  }
  return [...sums].map(([label, ms]) => ({ label, share: ms / (all || 1), ms })).sort((a, b) => b.ms - a.ms);
}

/**
 * @param {{label: string, share: number, dwell_s?: number | null, ms?: number}[]} rows
 * @param {string} caption
 * @param {string} last
 */
function shareTable(rows, caption, last) {
  const sample = (/** @type {any} */ row) =>
    h('i', { class: `sample block-${1 + (rows.indexOf(row) % COLORS)}`, 'aria-hidden': 'true' });
  return plainTable(
    caption,
    [
      { label: caption, show: (row) => [sample(row), words(row.label)] },
      { label: 'share', show: (row) => shareBar(row.share) },
      { label: last, num: true, show: (row) => span(row.dwell_s ?? (row.ms ?? NaN) / 1000) },
    ],
    rows,
    { name: 'shares', unseen: true },
  );
}

/** @param {any} answer */
function statesOf(answer) {
  const { from, to } = app.range;
  if (!answer.states?.length) return emptyLine('No states are known for this range.', answer.reason ?? '');
  const order = [...answer.states].sort((a, b) => b.share - a.share);
  const rows = order.map((state, i) => ({
    label: words(state.name),
    blocks: answer.timeline
      .filter((/** @type {any} */ one) => one.state === state.id)
      .map((/** @type {any} */ one) => ({
        from: one.from_ms,
        to: one.to_ms,
        class: `block-${1 + (i % COLORS)}`,
        title: `${words(state.name)}, ${period(one.from_ms, one.to_ms)}`,
      })),
  }));
  return [
    timeline('States over time', rows, from, to, 'wide'),
    shareTable(
      order.map(({ name, share, dwell_s }) => ({ label: name, share, dwell_s })),
      'state',
      'lasts',
    ),
  ];
}

/** @param {any} answer */
function workOf(answer) {
  if (!answer.workloads?.length) return emptyLine('No kind of work is known for this range.', answer.reason ?? '');
  const shares = sharesOf(answer.workloads, (one) => one.category);
  const rows = shares.map(({ label }, i) => ({
    label: words(label),
    blocks: answer.workloads
      .filter((/** @type {any} */ one) => one.category === label)
      .map((/** @type {any} */ one) => ({
        from: one.from_ms,
        to: one.to_ms,
        class: `block-${1 + (i % COLORS)}`,
        title: `${words(label)}, ${period(one.from_ms, one.to_ms)}, ${percent(one.confidence)} sure`,
      })),
  }));
  return [
    timeline('Kinds of work over time', rows, app.range.from, app.range.to, 'wide'),
    shareTable(shares, 'kind of work', 'together'),
  ];
}

/** @returns {import('./state.js').View} */
export function statesView() {
  const states = new Slot(),
    work = new Slot();
  const root = h('div', { class: 'view' });
  fill(
    root,
    viewHead(
      'States and workloads',
      'States are what this machine was found to do again and again; workloads are what such work is called.',
    ),
    h('section', null, h('h2', { text: 'States' }), states.root),
    h('section', null, h('h2', { text: 'Workloads' }), work.root),
  );
  const show = () => {
    const asked = get('states', rangeQuery());
    states.load(() => asked, statesOf, show);
    work.load(() => asked, workOf, show);
  };
  return {
    root,
    show,
    leave() {
      states.stop();
      work.stop();
    },
  };
}
