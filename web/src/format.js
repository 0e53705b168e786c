/* format.js - numbers, times and spans as people say them; the same words as the program's own (core/amount.c). */

const NONE = '-';
export const DAY_MS = 86400e3;
const LARGE = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
];
const BOTH = [
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'u'],
];
const SMALL = [
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'u'],
  [1e-9, 'n'],
];
const BARE = [[1, '']];
const DIGITS_END = 1e11; // limits that mean "none" have a power of ten instead of more digits

/** What stands behind a number of each unit, and its prefixes. @type {Record<string, [string, any[][]]>} */
const UNITS = {
  '%': ['%', BARE],
  Cel: ['C', BARE],
  '{rpm}': ['rpm', BARE],
  '1/s': ['/s', LARGE],
  1: ['', BARE],
  '': ['', BARE],
  Hz: ['Hz', LARGE],
  W: ['W', BOTH],
  J: ['J', BOTH],
  V: ['V', SMALL],
  A: ['A', SMALL],
  s: ['s', SMALL],
  By: ['B', LARGE],
  'By/s': ['B/s', LARGE],
};

/** Places behind the point that leave three digits. @param {number} v */
function places(v) {
  const a = Math.abs(v);
  return a === 0 || a >= 99.95 ? 0 : a >= 9.995 ? 1 : a >= 0.9995 ? 2 : 3;
}

/**
 * The prefix and unit that suit a number.
 * @param {number} v
 * @param {string} unit
 * @returns {{factor: number, name: string}}
 */
export function scaleOf(v, unit) {
  if (unit === 's' && Math.abs(v) >= 99.95) {
    const spans = /** @type {[number, string][]} */ ([
      [86400, 'd'],
      [3600, 'h'],
      [60, 'min'],
    ]);
    const span = spans.find(([s]) => Math.abs(v) >= 0.9995 * s) ?? spans[2];
    return { factor: span[0], name: span[1] };
  }
  const [name, prefixes] = UNITS[unit] ?? [unit, BARE];
  const none = prefixes.find(([factor]) => factor === 1) ?? prefixes[0];
  const reached = prefixes.find(([factor]) => Math.abs(v) >= 0.9995 * factor) ?? prefixes[prefixes.length - 1];
  const found = v === 0 ? none : reached;
  return { factor: found[0], name: found[1] + name };
}

/**
 * Three digits, and the unit apart from them.
 * @param {number | null | undefined} v
 * @param {string} unit
 * @returns {[string, string]}
 */
export function amountParts(v, unit) {
  if (v == null || !Number.isFinite(v)) return [NONE, ''];
  const { factor, name } = scaleOf(v, unit);
  const scaled = v / factor;
  // A count is a whole number, and what rounds to nothing is nothing.
  const whole = Math.abs(scaled) < 0.0005 || ((unit === '1' || unit === '') && Number.isInteger(scaled));
  if (Math.abs(scaled) >= DIGITS_END) return [scaled.toExponential(2), name];
  return [grouped(scaled.toFixed(whole ? 0 : places(scaled))), name];
}

/** Thousands apart, from five digits on. @param {string} digits */
function grouped(digits) {
  return digits.length > 5 && !digits.includes('.') ? digits.replace(/\B(?=(\d{3})+$)/g, '\u202f') : digits;
}

/**
 * "1.20 MB/s"; "-" where it is not known.
 * @param {number | null | undefined} v
 * @param {string} unit
 */
export function amount(v, unit) {
  const [digits, name] = amountParts(v, unit);
  return name ? `${digits}\u00a0${name}` : digits;
}

/**
 * Every digit that is known, in the unit it is kept in: for those who point at a number.
 * @param {number | null | undefined} v
 * @param {string} unit
 */
export function exactly(v, unit) {
  if (v == null) return 'not known';
  return `${+v.toPrecision(12)} ${UNITS[unit]?.[0] ?? unit}`.trim();
}

/**
 * "12 to 30 %"; empty where it is not known.
 * @param {[number, number] | number[] | null | undefined} range
 * @param {string} unit
 */
export function between(range, unit) {
  if (!range || range[0] == null || range[1] == null) return '';
  const low = amountParts(range[0], unit),
    high = amountParts(range[1], unit);
  return low[1] === high[1] || range[0] === 0
    ? `${low[0]} to ${amount(range[1], unit)}`
    : `${amount(range[0], unit)} to ${amount(range[1], unit)}`;
}

/** @param {Intl.DateTimeFormatOptions} options */
function timeFormat(options) {
  return new Intl.DateTimeFormat('en-GB', { hourCycle: 'h23', ...options });
}
const formats = {
  clock: timeFormat({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  minute: timeFormat({ hour: '2-digit', minute: '2-digit' }),
  day: timeFormat({ day: 'numeric', month: 'short' }),
  date: timeFormat({ day: 'numeric', month: 'short', year: 'numeric' }),
  zone: timeFormat({ timeZoneName: 'short' }),
};

/** "14:05:03" @param {number} ms */
export const clock = (ms) => formats.clock.format(ms);
/** "14:05" @param {number} ms */
export const minute = (ms) => formats.minute.format(ms);
/** "26 Nov" @param {number} ms */
export const day = (ms) => formats.day.format(ms);

/** The name of the zone that times are shown in. */
export function zone() {
  return formats.zone.formatToParts(0).find((part) => part.type === 'timeZoneName')?.value ?? '';
}

/** @param {number} a @param {number} b */
const sameDay = (a, b) => formats.date.format(a) === formats.date.format(b);

/** "26 Nov", with the year where it is another. @param {number} ms */
function dayLong(ms) {
  return new Date(ms).getFullYear() === new Date().getFullYear() ? day(ms) : formats.date.format(ms);
}

/** "26 Nov 14:05:03", and today only "14:05:03". @param {number} ms */
export function when(ms) {
  return sameDay(ms, Date.now()) ? clock(ms) : `${dayLong(ms)} ${clock(ms)}`;
}

/** "26 Nov 14:05" @param {number} ms */
export function whenLong(ms) {
  return `${dayLong(ms)} ${minute(ms)}`;
}

/** The value of an input of the browser's zone. @param {number} ms */
export function localInput(ms) {
  const t = new Date(ms - new Date(ms).getTimezoneOffset() * 60e3);
  return t.toISOString().slice(0, 19);
}

/**
 * "14:05 to 14:09", with days where they are not today's.
 * @param {number} from
 * @param {number} to
 */
export function period(from, to) {
  const short = to - from < 120e3 ? clock : minute;
  const same = sameDay(from, to);
  const first = same && sameDay(from, Date.now()) ? short(from) : `${dayLong(from)} ${short(from)}`;
  return `${first} to ${same ? short(to) : `${dayLong(to)} ${short(to)}`}`;
}

/** "14 s", "4 min", "26 h", "9 d" @param {number} seconds */
export function span(seconds) {
  if (!Number.isFinite(seconds)) return NONE;
  const s = Math.max(0, Math.round(seconds));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  if (s < 48 * 3600) return `${+(s / 3600).toFixed(s < 36000 ? 1 : 0)} h`;
  return `${+(s / 86400).toFixed(s < 864000 ? 1 : 0)} d`;
}

/**
 * A sentence of the program, whose times of day are UTC, in the zone of the person who looks.
 * @param {string} text
 * @param {number} near - an instant within half a day of those that it tells
 */
export function localTimes(text, near) {
  const zoned = (/** @type {string} */ date, /** @type {string} */ time) => Date.parse(`${date}T${time}Z`);
  return text
    .replace(/(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)( UTC)?/g, (_, date, time) =>
      `${day(zoned(date, time))} ${clock(zoned(date, time))}`.replaceAll(':', '\u2236'),
    )
    .replace(/\b(\d\d:\d\d:\d\d)( UTC)?/g, (_, time) => {
      const ms = zoned(new Date(near).toISOString().slice(0, 10), time);
      const off = Math.round((near - ms) / DAY_MS);
      return clock(ms + off * DAY_MS);
    })
    .replaceAll('\u2236', ':');
}

/** "3 episodes" @param {number} n @param {string} one @param {string} [many] */
export const counted = (n, one, many) => `${grouped(String(n))} ${n === 1 ? one : (many ?? `${one}s`)}`;

/** "82 %" of a share 0..1 @param {number | null | undefined} share */
export const percent = (share) => (share == null ? NONE : `${Math.round(100 * share)}\u00a0%`);

/** "coding" of "web_browsing" @param {string} word */
export const words = (word) => String(word).replaceAll('_', ' ');
