/* route.js - the address bar holds the view and the range, so that a link shows the same thing. */

import { DAY_MS } from './format.js';

/** @typedef {{from: number, to: number, key: string | null, live: boolean}} Range - ms; key of a range that ends now */
/** @typedef {{view: string, params: Record<string, string>}} Route */

const MINUTE = 60e3;
const HOUR = 3600e3;

/** The ranges that have a button, in ms. "now" is short enough to see seconds. @type {Record<string, number>} */
export const RANGES = {
  now: 5 * MINUTE,
  '15m': 15 * MINUTE,
  '1h': HOUR,
  '6h': 6 * HOUR,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  all: 0,
};
const SHORTEST_MS = 5e3;
const RANGE_DEFAULT = '15m';

/** @param {string} hash @returns {Route} */
export function readHash(hash) {
  const [path, query] = hash.replace(/^#\/?/, '').split('?');
  return { view: path || 'overview', params: Object.fromEntries(new URLSearchParams(query ?? '')) };
}

/**
 * The address of a view. Empty parameters are left out.
 * @param {string} view
 * @param {Record<string, string | number | null | undefined>} [params]
 */
export function hashOf(view, params) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params ?? {}))
    if (value != null && value !== '')
      query.set(key, typeof value === 'number' ? String(Math.round(value)) : value);
  const text = query.toString();
  return `#/${view}${text ? `?${text}` : ''}`;
}

/**
 * The range that parameters mean.
 * @param {Record<string, string>} params
 * @param {{first: number, last: number, live: boolean}} data - what was recorded, in ms
 * @param {number} now
 * @returns {Range}
 */
export function rangeOf(params, data, now) {
  const from = readTime(params.from),
    to = readTime(params.to);
  if (from != null && to != null && to > from) return { from, to, key: null, live: false };
  const young = now - data.first < RANGES[RANGE_DEFAULT];
  const key = params.range in RANGES ? params.range : data.live && !young ? RANGE_DEFAULT : 'all';
  const end = data.live ? now : data.last || now;
  const length = RANGES[key] || Math.max(end - (data.first || end), SHORTEST_MS);
  return { from: end - length, to: end, key, live: data.live };
}

/**
 * Milliseconds, of a number or of a time as people write it.
 * @param {string | undefined} text
 */
export function readTime(text) {
  if (!text) return null;
  const ms = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isFinite(ms) ? ms : null;
}

/** The parameters that hold a range. @param {Range} range @returns {Record<string, string>} */
export function rangeParams(range) {
  if (range.key) return { range: range.key };
  return { from: String(Math.round(range.from)), to: String(Math.round(range.to)) };
}

/**
 * The range moved by a share of its length, or made longer (above 1) or shorter about `at` (0..1).
 * @param {{from: number, to: number}} range
 * @param {number} move
 * @param {number} scale
 * @param {number} [at]
 * @returns {Range}
 */
export function moved(range, move, scale, at = 0.5) {
  const length = range.to - range.from;
  const longer = Math.max(length * scale, 2e3);
  const from = range.from + move * length + at * (length - longer);
  return { from, to: from + longer, key: null, live: false };
}
