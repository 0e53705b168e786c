/* pure.mjs - what the page's modules do without a browser: numbers, times, names, ranges, axes. */
process.env.TZ = 'Europe/Berlin';
const assert = await import('node:assert/strict');
const { amount, between, exactly, localTimes, period, span, when, whenLong } = await import('../../web/src/format.js');
const { familyTitle, matches, shortInstance, splitIds, titleOf } = await import('../../web/src/names.js');
const { hashOf, moved, rangeOf, rangeParams, readHash } = await import('../../web/src/route.js');
const { foldEvents } = await import('../../web/src/findings.js');
const { timeMarks, valueMarks, valueRange } = await import('../../web/src/axis.js');

const plain = (text) => text.replace(/[\u00a0\u202f]/g, ' ');
const table = (run, rows) => rows.forEach(([want, ...given]) => assert.deepEqual(run(...given), want));

// The same words as core/amount.c: see tests/unit/test_amount.c.
table(
  (v, unit) => plain(amount(v, unit)),
  [
    ['-', null, '%'],
    ['-', NaN, '%'],
    ['0 %', 0, '%'],
    ['23.1 %', 23.12, '%'],
    ['0.125 %', 0.1249, '%'],
    ['0 %', 0.0001, '%'],
    ['1.20 MB/s', 1.2e6, 'By/s'],
    ['2.40 GHz', 2.4e9, 'Hz'],
    ['48.0 C', 48, 'Cel'],
    ['3.25 min', 195, 's'],
    ['1.89 h', 6804, 's'],
    ['40.0 us', 0.00004, 's'],
    ['12', 12, '1'],
    ['12.5', 12.5, '1'],
    ['1 234 567', 1234567, '1'],
    ['1.00 k/s', 999.6, '1/s'],
    ['9.22e+18', 9223372036854775807, '1'],
    ['1.06e+14 d', 9.2e18, 's'],
  ],
);
table(
  (range, unit) => plain(between(range, unit)),
  [
    ['', null, '%'],
    ['0 to 12.0 %', [0, 12], '%'],
    ['78.0 kB/s to 1.20 MB/s', [78e3, 1.2e6], 'By/s'],
  ],
);
table(exactly, [
  ['not known', null, '%'],
  ['23.123456 %', 23.123456, '%'],
  ['2900 rpm', 2900, '{rpm}'],
  ['4400000 B/s', 4.4e6, 'By/s'],
  ['48.25 C', 48.25, 'Cel'],
  ['12', 12, '1'],
  ['7 parsec', 7, 'parsec'],
]);
table(span, [
  ['14 s', 14],
  ['4 min', 240],
  ['26 h', 26 * 3600],
  ['2.5 h', 9000],
  ['9 d', 9 * 86400],
  ['-', NaN],
]);

const noon = Date.UTC(2026, 10, 26, 12);
assert.equal(localTimes('rose at 11:29:06 UTC and stayed', noon), 'rose at 12:29:06 and stayed');
assert.equal(localTimes('from 23:30:00 to 00:30:00 UTC', Date.UTC(2026, 10, 26, 0)), 'from 00:30:00 to 01:30:00');
assert.equal(localTimes('at 2026-11-25 21:29:06 UTC', noon), 'at 25 Nov 22:29:06');
assert.equal(localTimes('12.5 % of 3:2, no time', noon), '12.5 % of 3:2, no time');
const lastYear = Date.UTC(2025, 0, 26, 12);
assert.equal(period(lastYear, lastYear + 60e3), '26 Jan 2025 13:00:00 to 13:01:00');
assert.equal(period(lastYear, lastYear + 86400e3), '26 Jan 2025 13:00 to 27 Jan 2025 13:00');
assert.equal(period(Date.UTC(2024, 0, 26, 12), lastYear), '26 Jan 2024 13:00 to 26 Jan 2025 13:00');
assert.equal(when(lastYear), '26 Jan 2025 13:00:00');
assert.equal(whenLong(lastYear), '26 Jan 2025 13:00');

assert.deepEqual(splitIds('cpu.util,a{x, "y"},b'), ['cpu.util', 'a{x, "y"}', 'b']);
assert.equal(shortInstance('platform-coretemp.0/coretemp/Core 0'), 'coretemp Core 0');
assert.equal(shortInstance('/home'), '/home');
table(titleOf, [
  ['Processor', 'cpu.util', 'anything'],
  ['Disk read sda', 'disk.read.rate{sda}', ''],
  ['Disk read', 'disk.read.rate{total}', ''],
  ['Time in the kernel (system)', 'cpu.time{system}', 'time in the kernel, that of guests contained'],
]);
assert.equal(familyTitle('memory.slab.objects', 'such objects in use'), 'memory slab objects');
table(matches, [
  [true, 'disk.read{sda}', 'disk.read'],
  [true, 'disk.read{sda}', 'disk.*'],
  [false, 'disk.read{sda}', 'disk.read{sdb}'],
  [false, 'disk.reads', 'disk.read'],
]);

assert.deepEqual(readHash('#/explore?m=a,b%7Bx%7D&range=1h'), {
  view: 'explore',
  params: { m: 'a,b{x}', range: '1h' },
});
assert.deepEqual(readHash(''), { view: 'overview', params: {} });
assert.equal(hashOf('events', { from: 1.6, kind: '', to: null }), '#/events?from=2');
const data = { first: 1000e3, last: 9000e3, live: true };
assert.deepEqual(rangeOf({ range: '1h' }, data, 9001e3), { from: 5401e3, to: 9001e3, key: '1h', live: true });
assert.equal(rangeOf({}, { ...data, first: 8000e3 }, 9001e3).key, '15m');
assert.equal(rangeOf({}, { ...data, first: 8500e3 }, 9001e3).key, 'all'); // not so much was recorded yet
assert.deepEqual(rangeOf({}, { ...data, live: false }, 9001e3), {
  from: 1000e3,
  to: 9000e3,
  key: 'all',
  live: false,
});
assert.deepEqual(rangeOf({ from: '5', to: '4' }, data, 9001e3).key, '15m');
const fixed = rangeOf({ from: '5000', to: '9000' }, data, 0);
assert.deepEqual(rangeParams(fixed), { from: '5000', to: '9000' });
assert.deepEqual(moved(fixed, -0.5, 1), { from: 3000, to: 7000, key: null, live: false });
assert.equal(moved(fixed, 0, 1e-6).to - moved(fixed, 0, 1e-6).from, 2000);

table(valueRange, [
  [[0, 100], 3, 40, '%'],
  [[0, 100], null, null, '%'],
  [[0, 15], 9, 14, 'By/s'],
  [[0, 1], 0, 0, '1/s'],
  [[39, 54], 40, 52, 'Cel'],
]);
assert.equal(valueRange(5, 5, 'Cel')[0] < 5 && valueRange(5, 5, 'Cel')[1] > 5, true);
table(valueMarks, [
  [['0', '1.5', '3.0 MB/s'], [0, 1.5e6, 3e6], 'By/s'],
  [['0', '50', '100 %'], [0, 50, 100], '%'],
]);
assert.deepEqual(timeMarks([noon, noon + 11 * 3600e3], 3600e3), ['13:00', '27 Nov']);

// Events around an episode: ends go into their begins, what is said again is counted.
const told = (time_ms, kind, severity, text, end_ms = time_ms) => {
  return { time_ms, end_ms, kind, severity, source: 's', text };
};
assert.deepEqual(
  foldEvents([
    told(9000, 'alert', 'info', 'busy: over: disk.util{sda} is 10.8 %, no longer above 20.0 %; it was for 8 s'),
    told(1000, 'alert', 'warning', 'busy: disk.util{sda} is 24.7 %, above 20.0 %'),
    told(2000, 'alert', 'warning', 'busy: disk.util{sdb} is 24.7 %, above 20.0 %'),
    told(3000, 'log', 'notice', 'kernel: I/O error'),
    told(3500, 'log', 'notice', 'kernel: I/O error'),
    told(4000, 'anomaly', 'warning', 'cpu is odd'),
    told(4000, 'anomaly', 'info', 'over after 2 s: cpu is odd', 6000),
    told(5000, 'alert', 'warning', 'odd: cpu is odd'),
    told(7000, 'alert', 'info', 'odd: over: it lasted 2 s: cpu is odd'),
    told(8000, 'alert', 'info', 'gone: over: it lasted 2 s: x'),
  ]).map(({ time_ms, end_ms, text, count }) => [time_ms, end_ms, count, text]),
  [
    [1000, 9000, 1, 'busy: disk.util{sda} is 24.7 %, above 20.0 %'],
    [2000, 2000, 1, 'busy: disk.util{sdb} is 24.7 %, above 20.0 %'],
    [3000, 3000, 2, 'kernel: I/O error'],
    [4000, 6000, 1, 'cpu is odd'],
    [5000, 7000, 1, 'odd: cpu is odd'],
    [8000, 8000, 1, 'gone: over: it lasted 2 s: x'],
  ],
);
