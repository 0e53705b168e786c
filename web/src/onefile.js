/* onefile.js - a report file: the answers of the API are inside, in place of a server. */
import { Refused, answersFrom } from './api.js';
import { matches, splitIds } from './names.js';
import { unpackColumn } from './packed.js';

/** @typedef {{id: string, unit: string, quantum: number, mean: string, min?: string, max?: string}} PackedSeries */
/** @typedef {{points: number, series: PackedSeries[]}} PackedColumns */
/** @typedef {{mean: (number | null)[], min: (number | null)[], max: (number | null)[]}} Unpacked */

/** What lies in the file; null where the page came from a server. */
const fileText = document.getElementById('report')?.textContent ?? '';
const fileData = fileText.trim().startsWith('{') ? JSON.parse(fileText) : null;

/** Is this page a report file? */
export const isOneFile = fileData !== null;

/** @type {Map<PackedSeries, Unpacked>} */
const unpacked = new Map();

/** @param {PackedSeries} series @returns {Unpacked} */
function seriesOf(series) {
  let known = unpacked.get(series);
  if (!known) {
    const mean = unpackColumn(series.mean, series.quantum);
    known = {
      mean,
      min: series.min ? unpackColumn(series.min, series.quantum) : mean,
      max: series.max ? unpackColumn(series.max, series.quantum) : mean,
    };
    unpacked.set(series, known);
  }
  return known;
}

/**
 * The columns that have a metric at the finest.
 * @param {string[]} globs - none: all
 * @returns {{columns: PackedColumns, series: PackedSeries}[]}
 */
function seriesFor(globs) {
  const fine = new Set(fileData.fine.series.map((/** @type {PackedSeries} */ s) => s.id));
  const of = (/** @type {PackedColumns} */ columns) =>
    columns.series
      .filter((s) => !globs.length || globs.some((glob) => matches(s.id, glob)))
      .filter((s) => columns === fileData.fine || !fine.has(s.id))
      .map((series) => ({ columns, series }));
  return [...of(fileData.fine), ...of(fileData.coarse)];
}

/**
 * Of the steps that begin in a point: the mean of means, the least, the most.
 * @param {Unpacked} of @param {number} begin @param {number} end
 */
function pointOf(of, begin, end) {
  let sum = 0,
    n = 0,
    min = Infinity,
    max = -Infinity;
  for (let i = begin; i < end; i++) {
    const value = of.mean[i];
    if (value == null) continue;
    sum += value;
    n++;
    min = Math.min(min, of.min[i] ?? value);
    max = Math.max(max, of.max[i] ?? value);
  }
  return n ? { mean: sum / n, min, max } : { mean: null, min: null, max: null };
}

/**
 * In points of step ms; where they are shorter than what is there, each has the value that it lies in.
 * @param {{columns: PackedColumns, series: PackedSeries}} what
 * @param {number} from @param {number} step @param {number} points
 */
function resampled({ columns, series }, from, step, points) {
  const of = seriesOf(series);
  const own = (fileData.to_ms - fileData.from_ms + 1) / columns.points;
  const width = step / own;
  /** @type {(number | null)[]} */
  const mean = [],
    min = [],
    max = [];
  for (let i = 0; i < points; i++) {
    const at = (from + i * step - fileData.from_ms) / own;
    const begin = width >= 1 ? Math.ceil(at - 1e-9) : Math.floor(at + 1e-9);
    const end = width >= 1 ? Math.ceil(at + width - 1e-9) : begin + 1;
    const point = pointOf(of, Math.max(0, begin), Math.min(end, columns.points));
    mean.push(point.mean);
    min.push(point.min);
    max.push(point.max);
  }
  return { id: series.id, unit: series.unit, mean, min, max };
}

/** @param {Record<string, any>} query */
function framesOf(query) {
  const from = Number(query.from ?? fileData.from_ms),
    to = Number(query.to ?? fileData.to_ms);
  const found = seriesFor(splitIds(String(query.metrics ?? '')));
  const finest = Math.max(1, ...found.map((f) => f.columns.points));
  const least = (fileData.to_ms - fileData.from_ms + 1) / finest; // a point is no shorter than what is there
  const points = Math.max(1, Math.min(Number(query.points ?? 600), Math.floor((to - from + 1) / least)));
  const step = (to - from + 1) / points;
  return {
    from_ms: from,
    to_ms: to,
    step_ms: step,
    points,
    tier_s: 0,
    damaged: 0,
    series: found.map((f) => resampled(f, from, step, points)),
  };
}

/** @param {Record<string, any>} query */
function processesOf(query) {
  const at = Number(query.at ?? fileData.to_ms);
  /** @type {{time_ms: number, rows: any[][]}[]} */
  const tables = fileData.tables;
  const near = tables.reduce(
    (best, t) => (!best || Math.abs(t.time_ms - at) < Math.abs(best.time_ms - at) ? t : best),
    /** @type {{time_ms: number, rows: any[][]} | null} */ (null),
  );
  if (!near)
    return { time_ms: at, table_ms: null, complete: false, processes: [], reason: 'no processes were recorded' };
  return {
    time_ms: near.time_ms,
    table_ms: near.time_ms,
    complete: false,
    processes: near.rows.map(([pid, name, cpu, rss, read, write]) => ({
      pid,
      ppid: 0,
      name,
      state: null,
      cpu_percent: cpu,
      rss_bytes: rss,
      growth_bytes: null,
      read_rate: read,
      write_rate: write,
      threads: null,
      gpu_bytes: null,
      busy: true,
    })),
  };
}

/**
 * @param {any[]} list @param {Record<string, any>} query @param {string} begin - the member with its time
 */
function within(list, query, begin) {
  const from = Number(query.from ?? -Infinity),
    to = Number(query.to ?? Infinity);
  const chosen = list.filter(
    (x) =>
      x[begin] <= to &&
      (x.end_ms ?? x[begin]) >= from &&
      (!query.kind || x.kind === query.kind) &&
      (!query.severity || x.severity === query.severity),
  );
  return chosen.slice(-Number(query.limit ?? chosen.length) || chosen.length);
}

/** What the analysis found, as the API tells it. */
function anomaliesFound() {
  const found = fileData.analysis?.anomalies;
  if (!found) return [];
  return found.items.map((/** @type {any} */ item) => ({
    ...item,
    session: fileData.analysis.session.id,
    start_ms: Date.parse(item.time),
    end_ms: Date.parse(item.end),
    peak_ms: Date.parse(item.peak),
  }));
}

/** @param {string} path @param {Record<string, any>} [query] */
async function answerOf(path, query = {}) {
  switch (path) {
    case 'host':
      return {
        ...fileData.host,
        role: 'read-only',
        login: false,
        now_ms: fileData.to_ms,
        data: {
          ...fileData.host.data,
          live: false,
          replay: fileData.host.data.replay ?? 'report file',
          first_ms: fileData.from_ms,
          last_ms: fileData.to_ms,
        },
      };
    case 'frames':
      return framesOf(query);
    case 'processes':
      return processesOf(query);
    case 'anomalies':
      return { ...fileData.anomalies, anomalies: within(anomaliesFound(), query, 'start_ms') };
    case 'events':
      return { ...fileData.events, events: within(fileData.events.events, query, 'time_ms') };
    default:
      if (fileData[path] && !fileData[path].error) return fileData[path];
      throw new Refused(
        404,
        fileData[path]?.error ?? 'a report file does not hold that',
        fileData[path]?.remedy ?? 'sonde serve shows it, on the machine where this was recorded',
      );
  }
}

if (fileData) answersFrom(answerOf);
