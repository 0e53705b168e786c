/* api.js - the only place that fetches: requests, and the one live stream. */

/** @typedef {{hardware_id: string, os: string, cpu: string, board: string | null, cores: number, threads: number,
 *   memory_bytes: number, version: string, role: 'full' | 'read-only', login: boolean, now_ms: number,
 *   data: {first_ms: number | null, last_ms: number | null, interval_s: number, live: boolean, replay: string | null,
 *   session: string}, endpoint?: {host: string, model: string} | null}} Host */
/** @typedef {(number | null)[]} Column */
/** @typedef {{id: string, unit: string, mean: Column, min?: Column, max?: Column}} Series */
/** @typedef {{from_ms: number, to_ms: number, step_ms: number, tier_s: number, series: Series[]}} Frames */
/** @typedef {{t: number, level: string, text: string, workload: {category: string, confidence: number} | null,
 *   alert: string[], v: Record<string, number | null>}} Now */
/** @typedef {Record<string, string | number | null | undefined>} Query */

const API = 'api/v1/';

/** What the server refused, in its words, with what to do about it. */
export class Refused extends Error {
  /** @param {number} status @param {string} text @param {string} remedy */
  constructor(status, text, remedy) {
    super(text);
    this.status = status;
    this.remedy = remedy;
  }
}

/** Who is told that a token is needed. @type {() => void} */
let onLogin = () => {};
/** @param {() => void} tell */
export function whenLoginIsNeeded(tell) {
  onLogin = tell;
}

/** @param {Query} [query] */
function queryText(query) {
  const text = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {}))
    if (value != null && value !== '') text.set(key, typeof value === 'number' ? String(Math.round(value)) : value);
  return text.size ? `?${text}` : '';
}

/** @param {Response} answer */
async function refusal(answer) {
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 401) onLogin();
  return new Refused(answer.status, said.error ?? `the server answered ${answer.status}`, said.remedy ?? '');
}

/** @param {string} url @param {RequestInit} how */
async function fetched(url, how) {
  const answer = await fetch(url, { credentials: 'same-origin', ...how }).catch((why) => {
    if (why.name === 'AbortError') throw why;
    throw new Refused(0, 'Sonde does not answer', 'look whether `sonde serve` is still running on that machine');
  });
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

/**
 * Where answers come from: the network, or a report file that has them inside.
 * @type {(path: string, query?: Query, signal?: AbortSignal) => Promise<any>}
 */
let source = async (path, query, signal) => (await fetched(API + path + queryText(query), { signal })).json();

/** @param {typeof source} other */
export function answersFrom(other) {
  source = other;
}

/**
 * What the API says at a path.
 * @param {string} path
 * @param {Query} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export function get(path, query, signal) {
  return source(path, query, signal);
}

/**
 * Sends something; the answer, or null where it is empty.
 * @param {string} method
 * @param {string} path - below the API, or from the root with a slash in front
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function send(method, path, body) {
  const url = path.startsWith('/') ? path.slice(1) : API + path;
  const answer = await fetched(url, {
    method,
    headers: body ? { 'Content-Type': 'application/json' } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

/** The address of a file that the server makes. @param {string} path @param {Query} query */
export function fileUrl(path, query) {
  return API + path + queryText(query);
}

// ---- the live stream ----

const BACK_OFF_MS = [500, 1000, 2000, 4000, 8000, 15000, 30000];

/** Bytes that the server takes of a selection. */
const SELECTION_MOST = 4000;

/**
 * The globs of a stream; where all ids are too long, their families, of which all instances come.
 * @param {string[]} metrics
 */
function selection(metrics) {
  const all = metrics.join(',');
  if (all.length <= SELECTION_MOST) return all;
  return [...new Set(metrics.map((id) => id.replace(/\{.*$/, '')))].join(',').slice(0, SELECTION_MOST);
}

/** One connection for the whole page; it is opened again when other metrics are wanted, or after it broke. */
class Live {
  constructor() {
    /** @type {Record<string, Set<(said: any) => void>>} */
    this.listeners = {};
    this.wanted = '';
    this.open = false;
    this.failures = 0;
    /** @type {EventSource | null} */
    this.stream = null;
    this.timer = 0;
    this.enabled = false;
  }

  /**
   * Events: schema, tick, now, event of the API, and state (open or not).
   * @param {string} type
   * @param {(said: any) => void} listener
   * @returns {() => void} ends it
   */
  on(type, listener) {
    (this.listeners[type] ??= new Set()).add(listener);
    return () => this.listeners[type].delete(listener);
  }

  /** @param {string} type @param {any} said */
  tell(type, said) {
    for (const listener of this.listeners[type] ?? []) listener(said);
  }

  /** @param {string[]} metrics */
  want(metrics) {
    const wanted = selection(metrics);
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    if (this.enabled) this.connect();
  }

  start() {
    this.enabled = true;
    this.connect();
  }

  stop() {
    this.enabled = false;
    clearTimeout(this.timer);
    this.stream?.close();
    this.stream = null;
    this.setOpen(false);
  }

  /** @param {boolean} open */
  setOpen(open) {
    if (open === this.open) return;
    this.open = open;
    this.tell('state', open);
  }

  connect() {
    clearTimeout(this.timer);
    this.stream?.close();
    const stream = new EventSource(API + 'live' + queryText({ metrics: this.wanted }));
    this.stream = stream;
    for (const type of ['schema', 'tick', 'now', 'event'])
      stream.addEventListener(type, (message) => this.heard(type, message));
    stream.addEventListener('open', () => this.setOpen(true));
    stream.addEventListener('error', () => this.broke(stream));
  }

  /** @param {string} type @param {MessageEvent} message */
  heard(type, message) {
    this.failures = 0;
    this.tell(type, JSON.parse(message.data));
  }

  /** The browser's own reconnecting knows no back-off. @param {EventSource} stream */
  broke(stream) {
    if (stream !== this.stream) return;
    stream.close();
    this.setOpen(false);
    const wait = BACK_OFF_MS[Math.min(this.failures++, BACK_OFF_MS.length - 1)];
    this.timer = window.setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
    // A stream does not say why it broke: this asks for a token where one is needed.
    if (this.failures === 1) get('host').catch(() => {});
  }
}

export const live = new Live();
