/* timeline.js - what lasted from when to when, a row for each kind, time to the right. */
import { h, place } from './dom.js';
import { timeMarks } from './axis.js';

/** @typedef {{from: number, to: number, class: string, title: string, href?: string, text?: string}} Block */
/** @typedef {{label: string, blocks: Block[]}} Row */

const STEPS_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
  1209600, 2592000,
];

/**
 * Round times inside a range, and ms between them.
 * @param {number} from
 * @param {number} to
 * @param {number} most
 * @returns {[number[], number]}
 */
function roundTimes(from, to, most) {
  const step = 1000 * (STEPS_S.find((s) => (to - from) / (1000 * s) <= most) ?? STEPS_S[STEPS_S.length - 1]);
  const zone = new Date(from).getTimezoneOffset() * 60e3;
  const times = [];
  for (let t = Math.ceil((from - zone) / step) * step + zone; t <= to; t += step) times.push(t);
  return [times, step];
}

/** @param {Block} block @param {number} from @param {number} to */
function blockOf(block, from, to) {
  const length = to - from;
  const a = Math.max(block.from, from),
    b = Math.min(Math.max(block.to, block.from), to);
  const node = h(
    block.href ? 'a' : 'span',
    {
      class: `block ${block.class}`,
      title: block.title,
      href: block.href,
      'aria-label': block.href ? block.title : null,
    },
    block.text && (b - a) / length > 0.08 && h('span', { text: block.text }),
  );
  place(node, (a - from) / length, (b - from) / length);
  return node;
}

/**
 * @param {string} label - of the whole, for those who do not see it
 * @param {Row[]} rows
 * @param {number} from - ms
 * @param {number} to
 * @param {string} [name] - class: wide where names are long
 */
export function timeline(label, rows, from, to, name = '') {
  const [times, step] = roundTimes(from, to, 6);
  const texts = timeMarks(times, step);
  const axis = h(
    'div',
    { class: 'track axis', 'aria-hidden': 'true' },
    times.map((t, i) => {
      if ((to - t) / (to - from) < 0.03) return null; // the edge would cut it off
      const mark = h('span', { class: 'tick', text: texts[i] });
      place(mark, (t - from) / (to - from), (t - from) / (to - from));
      return mark;
    }),
  );
  return h(
    'div',
    { class: `timeline ${name}`, role: 'group', 'aria-label': label },
    rows.map((row) =>
      h(
        'div',
        { class: 'lane' },
        h('span', { class: 'lane-name', text: row.label }),
        h(
          'div',
          { class: 'track' },
          row.blocks
            .filter((block) => block.to >= from && block.from <= to)
            .map((block) => blockOf(block, from, to)),
        ),
      ),
    ),
    h('div', { class: 'lane' }, h('span', { class: 'lane-name' }), axis),
  );
}
