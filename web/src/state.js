/* state.js - what every view knows: the machine, its metrics, the range, and what is true now. */
import { get, live } from './api.js';
import { hashOf, moved, rangeOf, rangeParams, readHash } from './route.js';
import { idParts, matches } from './names.js';

/** @typedef {import('./route.js').Range} Range */
/** @typedef {import('./names.js').Metric} Metric */
/** @typedef {import('./api.js').Host} Host */
/** @typedef {import('./api.js').Now} Now */
/** @typedef {{adapter: string, reason: string, remedy: string}} Missing */
/** @typedef {import('./board.js').Board} Board */
/** @typedef {{root: HTMLElement, show: () => void, leave?: () => void, board?: Board}} View - show: the address
 *   changed, or for the first time; leave: it goes away */

export const app = {
  host: /** @type {Host} */ ({}),
  /** @type {Metric[]} */
  metrics: [],
  /** @type {Missing[]} */
  missing: [],
  /** @type {Now | null} */
  now: null,
  /** the clock of the machine against that of the browser, ms */
  lag: 0,
  route: readHash(''),
  /** @type {Range} */
  range: { from: 0, to: 1, key: null, live: false },
};

/** The time on that machine. */
const machineNow = () => Date.now() + app.lag;

export async function loadMachine() {
  const [host, metrics] = await Promise.all([get('host'), get('metrics')]);
  app.host = host;
  app.lag = host.now_ms - Date.now();
  app.metrics = metrics.metrics;
  app.missing = metrics.missing ?? [];
}

/** @param {Record<string, string>} params */
function rangeNow(params) {
  const { first_ms, last_ms, live: growing } = app.host.data ?? {};
  return rangeOf(params, { first: first_ms ?? 0, last: last_ms ?? 0, live: growing }, machineNow());
}

/** Reads the address again. */
export function readAddress() {
  app.route = readHash(location.hash);
  app.range = rangeNow(app.route.params);
  countDepth();
}

/** Time passes: a range that ends now moves on. It stays the one whose button is pressed. */
export function slide() {
  if (app.range.live) app.range = rangeNow({ range: app.range.key ?? '' });
}

/** Addresses of this page that lie before the one that is shown; kept with each, so that a reload knows it, too. */
let depth = -1;
function countDepth() {
  if (history.state?.depth == null) history.replaceState({ depth: depth + 1 }, '');
  depth = history.state.depth;
}

/** Back, but never out of the page. */
export function goBack() {
  if (depth > 0) history.back();
}

/** @param {string} hash @param {boolean} [replace] - the address before is not worth going back to */
export function goTo(hash, replace) {
  if (!replace) {
    location.hash = hash;
    return;
  }
  const oldURL = location.href;
  history.replaceState(history.state, '', hash);
  const newURL = location.href;
  if (newURL !== oldURL) dispatchEvent(new HashChangeEvent('hashchange', { oldURL, newURL }));
}

/**
 * The address of a view in the range that is shown now.
 * @param {string} view
 * @param {Record<string, string | number | null | undefined>} [params]
 */
export function here(view, params) {
  return hashOf(view, { ...rangeParams(app.range), ...params });
}

/** Parameters of the view that do not hold the range. */
function otherParams() {
  const { from, to, range, ...others } = app.route.params;
  return others;
}

/** The same view in another range. @param {Range} range @param {boolean} [replace] */
export function goRange(range, replace) {
  goTo(hashOf(app.route.view, { ...otherParams(), ...rangeParams(range) }), replace);
}

/** @param {number} from @param {number} to */
export function goFromTo(from, to) {
  goRange({ from, to, key: null, live: false });
}

/** @param {string} key - of a button: 15m ... */
export function goKey(key) {
  goRange({ ...app.range, key });
}

/** The same range in another view. @param {string} view */
export function goView(view) {
  goTo(here(view));
}

/** Other parameters of this view. @param {Record<string, string | number | null>} params @param {boolean} [replace] */
export function goParams(params, replace) {
  goTo(here(app.route.view, { ...otherParams(), ...params }), replace);
}

/** @param {number} move - by this share of the range @param {number} scale */
export function goMoved(move, scale) {
  goRange(moved(app.range, move, scale), true);
}

/** from and to for a request. */
export const rangeQuery = () => ({ from: app.range.from, to: app.range.to });

/** Metrics that any of these globs takes, in their order. @param {string[]} globs @returns {Metric[]} */
export function metricsOf(globs) {
  return globs.flatMap((glob) => app.metrics.filter((metric) => matches(metric.id, glob)));
}

/** @param {string} id */
export const metricOf = (id) => app.metrics.find((metric) => metric.id === id);

/** The metric that stands for a family: that of all instances together, else the first. @param {string} name */
export function headOf(name) {
  const family = app.metrics.filter((metric) => idParts(metric.id).name === name);
  return family.find((metric) => ['', 'total'].includes(idParts(metric.id).instance)) ?? family[0];
}

/** How long ago the last value came, in s; null where none is expected. */
export function ageOfNow() {
  return app.host.data?.live && app.now ? Math.max(0, (machineNow() - app.now.t) / 1000) : null;
}

/** After so many seconds without a value it is said. */
const staleAfterS = () => 3 * (app.host.data?.interval_s || 1) + 2;

/** Is the live stream broken, or its last value old? */
export function isStale() {
  const age = ageOfNow();
  return age != null && (age > staleAfterS() || !live.open);
}
