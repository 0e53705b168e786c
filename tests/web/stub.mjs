/*
 * stub.mjs - answers the API for the tests of the page, with the page's own files and policy: states that a real
 * machine is hard to bring into (errors, nothing recorded, a stream that breaks, a token) are a word away.
 * Usage by hand: node stub.mjs ASSETS_DIR [PORT]
 */
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import { Machine, MISSING, hash } from './data.mjs';

export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};
const DAY = 86400e3;
const HOUR = 3600e3;

/**
 * What it does: mode is "ok", "empty" (nothing recorded), "error" (every answer but host and metrics fails), "down"
 * (the stream breaks and stays away), "login" (a token first: "secret"), "replay", "endpoint" (one is named).
 */
export class Stub {
  constructor(assets, kind = 'full') {
    this.assets = assets;
    this.mode = 'ok';
    this.loggedIn = false;
    this.ahead = 0; // its clock, ms
    this.streams = new Set();
    this.asked = [];
    this.contexts = [];
    this.sent = [];
    this.silenced = ['unusual'];
    this.reverted = [];
    this.labels = [{ name: 'kept', note: 'before the update', at_ms: Date.now() - DAY }];
    this.machine = new Machine(kind, Math.floor(Date.now() / 1000) * 1000);
    this.server = http.createServer((request, reply) => this.answer(request, reply));
  }

  async start(port = 0) {
    await new Promise((done) => this.server.listen(port, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}/`;
    this.timer = setInterval(() => this.tick(), 1000);
    return this;
  }

  stop() {
    clearInterval(this.timer);
    this.setMode('down');
    this.server.closeAllConnections();
    this.server.close();
  }

  setMode(mode) {
    this.mode = mode;
    if (mode === 'down') for (const stream of this.streams) stream.reply.destroy();
  }

  file(name, reply) {
    const full = path.join(this.assets, name === '/' ? 'index.html' : name.slice(1));
    reply.writeHead(200, {
      'Content-Type': TYPES[path.extname(full)],
      'Content-Encoding': 'gzip',
      'Content-Security-Policy': POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-cache',
    });
    reply.end(fs.readFileSync(`${full}.gz`));
  }

  json(reply, status, body) {
    reply.writeHead(status, { 'Content-Type': 'application/json' });
    reply.end(body == null ? '' : JSON.stringify(body));
  }

  async answer(request, reply) {
    const url = new URL(request.url, this.url);
    const query = Object.fromEntries(url.searchParams);
    const name = url.pathname;
    let body = '';
    for await (const part of request) body += part;
    if (!name.startsWith('/api/') && request.method === 'GET')
      return fs.existsSync(path.join(this.assets, `${name === '/' ? 'index.html' : name.slice(1)}.gz`))
        ? this.file(name, reply)
        : this.json(reply, 404, { error: 'there is no such page' });
    this.asked.push(`${request.method} ${request.url}`);
    if (name === '/login') {
      this.loggedIn = JSON.parse(body).token === 'secret';
      return this.json(reply, this.loggedIn ? 204 : 401, this.loggedIn ? null : { error: 'wrong token' });
    }
    if (name === '/logout') {
      this.loggedIn = false;
      return this.json(reply, 204, null);
    }
    if (this.mode === 'login' && !this.loggedIn)
      return this.json(reply, 401, { error: 'a token is needed', remedy: 'log in' });
    const what = name.slice('/api/v1/'.length);
    if (what === 'live') return this.stream(query, reply);
    if (this.mode === 'error' && !['host', 'metrics'].includes(what))
      return this.json(reply, 503, { error: 'the archive is busy', remedy: 'try again in a moment' });
    const range = { from: Number(query.from ?? 0), to: Number(query.to ?? Date.now()) };
    const made = this.make(what, query, range, body, request.method);
    return made === undefined
      ? this.json(reply, 404, { error: `there is no ${what}` })
      : this.json(reply, made === null ? 204 : 200, made);
  }

  make(what, query, range, body, method) {
    const { machine } = this;
    const now = this.now();
    const empty = this.mode === 'empty';
    const inside = machine.episodes.filter(
      ({ start_ms, end_ms }) => !empty && end_ms >= range.from && start_ms <= range.to,
    );
    const silence = what.match(/^alerts\/silences(?:\/(.*))?$/);
    if (silence) {
      const rule = method === 'POST' ? JSON.parse(body).rule : decodeURIComponent(silence[1]);
      this.silenced = this.silenced.filter((one) => one !== rule);
      if (method === 'POST') this.silenced.push(rule);
      return null;
    }
    const deed = what.match(/^policy\/(.*)$/);
    if (deed) {
      this.reverted.push(decodeURIComponent(deed[1]));
      const lines = 'vm.swappiness is 7: somebody else changed it';
      return { restored: 1, same: 0, kept: 1, gone: 0, passed: 0, failed: 0, lines };
    }
    const label = what.match(/^sessions\/([^/]+)\/labels(?:\/(.*))?$/);
    if (label) {
      if (method === 'POST') this.labels.push({ ...JSON.parse(body), at_ms: now });
      else this.labels = this.labels.filter(({ name }) => name !== decodeURIComponent(label[2]));
      return null;
    }
    switch (what) {
      case 'host':
        return {
          hardware_id: '0123456789abcdef',
          os: 'Debian GNU/Linux 12 (bookworm)',
          cpu: 'Intel Core i7-10510U',
          board: '20L5',
          cores: 4,
          threads: 8,
          memory_bytes: 16e9,
          version: '0.1.0',
          role: 'full',
          login: this.loggedIn,
          now_ms: Date.now(),
          data: {
            first_ms: machine.first,
            last_ms: now,
            interval_s: 1,
            live: this.mode !== 'replay',
            replay: this.mode === 'replay' ? 'laptop.tape' : null,
            session: 'session_1',
          },
          endpoint: this.mode === 'endpoint' ? { host: '127.0.0.1:11434', model: 'tiny' } : null,
        };
      case 'metrics':
        return { metrics: machine.metrics, missing: machine.kind === 'bare' ? MISSING : [] };
      case 'frames':
        return empty
          ? { ...machine.frames([], range.from, range.to, 2, now), series: [] }
          : machine.frames(
              (query.metrics ?? '').match(/[^,{]+(\{[^}]*\})?/g) ?? [],
              range.from,
              range.to,
              Number(query.points ?? 600),
              now,
            );
      case 'anomalies':
        return { anomalies: inside, budget_per_day: 1, achieved_per_day: 0.4 };
      case 'alerts':
        return {
          alerts: empty
            ? []
            : [
                {
                  id: 'fs-full',
                  severity: 'warning',
                  area: 'disk',
                  title: '/home is 88.4 % full and fills',
                  evidence: ['fs.util{/home} 88.4 %, grew 3.2 % in 5 d', 'full in 21 d at this rate'],
                  advice:
                    'remove what is not needed below /home: the largest folders are told by du -xh --max-depth=2 /home',
                  remedy: null,
                  since_ms: now - 5 * DAY,
                },
              ],
          ...this.alerts(now, empty),
        };
      case 'events':
        return { events: empty ? [] : this.events(range, query) };
      case 'processes':
        return this.processes(Number(query.at), empty);
      case 'sessions':
        return { sessions: empty ? [] : this.sessions(now) };
      case 'changed':
        return this.changed(range, empty);
      case 'compare':
        return this.compare(range, query, empty);
      case 'states':
        return this.states(range, empty);
      case 'forecasts':
        return this.forecasts(now, empty);
      case 'analysis':
        return this.analysis(range, inside, now);
      case 'policy':
        return this.policy(now, empty);
      case 'settings':
        return this.settings();
      case 'ask':
        return this.askBeside(JSON.parse(body), now);
      default:
        return undefined;
    }
  }

  now() {
    return this.mode === 'replay' ? this.machine.begin : Date.now() + this.ahead;
  }

  /** What rules raised: one that holds, one that is silenced, one that is over. */
  alerts(now, empty) {
    const hostile = 'ext.toy.load{x$(touch /tmp/p) <b>&"}';
    const early = now - 40 * 60e3;
    const used = `memory: used rose from 1.2 GB to 5.3 GB at ${new Date(early).toISOString().slice(11, 19)} UTC`;
    const raised = (rule, severity, since, end, text) => ({
      rule,
      metric: hostile,
      severity,
      since_ms: since,
      end_ms: end,
      told: true,
      value: 95,
      unit: '%',
      text,
    });
    return {
      raised: empty
        ? []
        : [
            raised('toy busy', 'critical', now - 4 * 60e3, null, `${hostile} is 95.0 %, above 90.0 %`),
            raised('unusual', 'warning', early, null, used),
          ],
      past: empty
        ? []
        : [raised('toy busy', 'critical', now - DAY, now - DAY + 6e5, `${hostile} is 93.0 %, above 90.0 %`)],
      silences: this.silenced.map((rule) => ({ rule, until_ms: now + 2 * 3600e3 })),
      rules: [
        { name: 'toy busy', text: 'toy busy: ext.toy.load > 90 clear 50 severity critical', own: true },
        { name: 'unusual', text: 'unusual: anomaly warning', own: false },
        { name: 'file system full', text: 'file system full: fs.util{*} > 95 for 1m clear 93', own: false },
      ],
    };
  }

  /** What is set: one by `run`, one of an owner that was killed; both can be set back. */
  policy(now, empty) {
    const step = (knob, old, set, more = {}) => ({
      knob,
      instance: null,
      pid: null,
      old,
      set,
      now: set,
      undone: null,
      ...more,
    });
    const deed = (id, command, what, more) => ({
      id,
      command,
      what,
      intent: 'latency',
      owner: 4711,
      owner_lives: true,
      begun_ms: now - 12 * 60e3,
      until_ms: null,
      ended_ms: null,
      effect: null,
      ...more,
    });
    const all = [
      deed('p1', 'run', 'redis-server', { steps: [step('cpu.weight', '100', '1000', { instance: '/sonde-4711' })] }),
      deed('p2', 'fix', 'swaps <b>much</b>', {
        intent: null,
        owner_lives: false,
        until_ms: now + 48 * 60e3,
        effect: 'pages swapped in fell from 810 to 12 a second',
        steps: [step('vm.swappiness', '60', '10'), step('nice', '0', '19', { pid: 99 })],
      }),
    ];
    const over = deed('p0', 'apply', 'simulate', {
      ended_ms: now - 60e3,
      steps: [
        step('nice', '0', '-5', { pid: 98, undone: 'gone' }),
        step('thp.enabled', 'always', 'never', { undone: 'kept' }),
      ],
    });
    const learned = (arm, ratio) => ({
      workload: 'elf-3f2a9c',
      intent: 'throughput',
      metric: 'wall',
      arm,
      ratio,
      low: ratio && ratio * 0.9,
      high: ratio && ratio * 1.2,
      pairs: 10,
      won: ratio ? 10 : 5,
      at_ms: now - DAY,
      verdict: ratio ? 'accepted' : 'the default was kept: 5 of 10 pairs won',
    });
    return {
      open: empty ? [] : all.filter(({ id }) => !this.reverted.includes(id)),
      past: empty ? [] : [over],
      learned: empty ? [] : [learned('omp.wait=passive', 7.1), learned(null, null)],
      neighbours: empty
        ? []
        : [{ name: 'thermald', pid: 612, holds: 'power', advice: 'power limits are left to it' }],
    };
  }

  events(range, query) {
    const kinds = [
      ['gap', 'notice', 'sampler', '36 ticks were missed'],
      ['adapter', 'info', 'nvme', 'disk.temp: nvme0n1 answers again after 4 s'],
      ['workload', 'info', 'workload', 'coding began; it was web browsing before'],
      ['budget', 'notice', 'budget', 'the adapter zones is read half as often: it cost 3.1 % of a core'],
      ['clock', 'warning', 'sampler', 'the clock was set forward by 2.4 s'],
    ];
    return Array.from({ length: 40 }, (_, i) => {
      const [kind, severity, source, text] = kinds[i % kinds.length];
      const time_ms = this.machine.begin - 4.6 * 60e3 - i * i * 400e3;
      return {
        time_ms,
        end_ms: time_ms + (kind === 'gap' ? 36e3 : 0),
        kind,
        severity,
        source,
        text,
        session: 'session_1',
      };
    })
      .filter(
        (event) =>
          event.time_ms >= range.from &&
          event.time_ms <= range.to &&
          (!query.kind || query.kind === event.kind) &&
          (!query.severity || query.severity === event.severity),
      )
      .slice(0, Number(query.limit ?? 100));
  }

  processes(at, empty) {
    const names = [
      'chrome',
      'Web Content',
      'code',
      'gnome-shell',
      'rsync',
      'cc1',
      'systemd',
      'dbus-daemon',
      'Xwayland',
      'pipewire',
      'sshd',
      'kworker/u8:2',
      'nautilus',
      'thunderbird',
      'tracker-miner-f',
      'bash',
      'tmux',
      'sonde',
      'NetworkManager',
      'wpa_supplicant',
    ];
    return {
      time_ms: at,
      table_ms: at - 12e3,
      complete: true,
      reason: empty ? 'nothing was recorded in the two minutes before' : null,
      processes: empty
        ? []
        : names.map((name, i) => ({
            pid: 400 + 211 * i,
            ppid: i < 4 ? 1 : 400,
            name,
            state: i % 7 ? 'S' : 'R',
            threads: 1 + Math.floor(hash(name) * 40),
            cpu_percent: Math.max(0, 42 * hash(name, Math.floor(at / 3000)) ** (1 + i / 2)),
            rss_bytes: 2.4e9 * hash(name, 3) ** (1 + i / 4),
            read_rate: 4e5 * hash(name, 4) ** 6,
            write_rate: 9e5 * hash(name, 5) ** 6,
            gpu_bytes: i === 0 ? 3.1e8 : null,
          })),
    };
  }

  sessions(now) {
    return Array.from({ length: 14 }, (_, i) => ({
      id: `session_${i + 1}`,
      start_ms: now - (i + 1) * 15 * HOUR,
      end_ms: now - i * 15 * HOUR - (i ? 600e3 : 0),
      interval_s: 1,
      samples: 53400,
      metrics: 1478,
      gaps: i % 3,
      anomalies: i % 4 ? 0 : 2,
      events: 9,
      state: i ? (i === 5 ? 'crashed' : 'ended') : 'running',
      origin: 'this machine',
      workload: ['coding', 'web_browsing', 'idle', 'video_playback'][i % 4],
      verdict: null,
      labels: i === 2 ? this.labels : [],
    }));
  }

  changed({ from, to }, empty) {
    const side = (a, b) => ({ start: new Date(a).toISOString(), end: new Date(b).toISOString(), samples: 600 });
    return {
      schema: 1,
      origin: 'this machine',
      changed: {
        window: side(from, to),
        before: side(2 * from - to, from),
        compared: 410,
        areas: empty
          ? []
          : [
              {
                area: 'memory',
                metrics: [
                  {
                    metric: 'memory.used',
                    unit: 'By',
                    quantile: 0.5,
                    before: 9.6e9,
                    after: 13.8e9,
                    effect: 8.2,
                    p_value: 1e-5,
                  },
                  {
                    metric: 'pressure.memory.some',
                    unit: '%',
                    quantile: 0.9,
                    before: 0.1,
                    after: 11.4,
                    effect: 6.1,
                    p_value: 1e-4,
                  },
                ],
              },
              {
                area: 'disk',
                metrics: [
                  {
                    metric: 'disk.read.rate{total}',
                    unit: 'By/s',
                    quantile: 0.5,
                    before: 1.4e6,
                    after: 5.2e6,
                    effect: 2.9,
                    p_value: 0.002,
                  },
                ],
              },
            ],
        processes: empty
          ? []
          : [
              { pid: 4812, name: 'chrome', change: 'more', unit: 'By', before: 1.2e9, after: 3.3e9 },
              { pid: 990, name: 'rsync', change: 'came', unit: '%', before: null, after: 31 },
            ],
      },
    };
  }

  compare({ from, to }, query, empty) {
    const mean = (id, a, b, q) =>
      [...Array(60).keys()].map((i) => this.machine.value(id, a + (i * (b - a)) / 60)).sort((x, y) => x - y)[
        Math.floor(q * 59)
      ];
    const a2 = Number(query.with_from),
      b2 = Number(query.with_to);
    const side = (id, a, b) => ({
      median: mean(id, a, b, 0.5),
      p05: mean(id, a, b, 0.05),
      p95: mean(id, a, b, 0.95),
    });
    const rows = empty
      ? []
      : this.machine.metrics
          .slice(0, 60)
          .map(({ id, unit }) => {
            const a = side(id, from, to),
              b = side(id, a2, b2);
            return { id, unit, a, b, shift: (b.median - a.median) / (b.p95 - b.p05 || 1) };
          })
          .sort((x, y) => Math.abs(y.shift) - Math.abs(x.shift));
    return { a: { from_ms: from, to_ms: to }, b: { from_ms: a2, to_ms: b2 }, metrics: rows };
  }

  states({ from, to }, empty) {
    if (empty) return { states: [], timeline: [], workloads: [], reason: 'two hours of recording are needed' };
    const cut = (n, key, names) =>
      Array.from({ length: n }, (_, i) => ({
        from_ms: from + (i * (to - from)) / n,
        to_ms: from + ((i + 1) * (to - from)) / n,
        [key]: names[Math.floor(hash(key, i) ** 1.6 * names.length)],
      }));
    return {
      states: [
        { id: 0, name: 'idle', share: 0.58, dwell_s: 610 },
        { id: 1, name: 'processor busy', share: 0.27, dwell_s: 140 },
        { id: 2, name: 'memory and disk busy', share: 0.15, dwell_s: 95 },
      ],
      timeline: cut(26, 'state', [0, 1, 2]),
      workloads: cut(9, 'category', ['coding', 'web_browsing', 'idle']).map((one) => ({
        ...one,
        confidence: 0.82,
      })),
      reason: null,
    };
  }

  forecasts(now, empty) {
    if (empty) return { forecast: null, forecast_reason: 'two hours of recording are needed', grades: [] };
    const one = (metric, unit, skill) => ({
      metric,
      unit,
      model: 'season and level',
      skill,
      has_skill: skill > 0,
      baseline: 'last value',
      error: 4.1,
      coverage: 0.79,
      words:
        skill > 0
          ? `better than the last value by ${Math.round(100 * skill)} %`
          : 'no better than the last value, which is given instead',
      points: Array.from({ length: 24 }, (_, i) => {
        const at = now + (i + 1) * 150e3,
          v = this.machine.value(metric, at),
          wide = (0.04 + 0.012 * i) * v;
        return { time: new Date(at).toISOString(), p10: v - wide * 1.4, p50: v, p90: v + wide * 1.8 };
      }),
    });
    return {
      forecast: {
        horizon: 24,
        step_s: 150,
        metrics: [
          one('cpu.util', '%', 0.31),
          one('memory.util', '%', 0.12),
          one('disk.write.rate{total}', 'By/s', -0.02),
          { metric: 'gpu.util{0}', unit: '%', points: null, points_reason: 'it did not move for two hours' },
        ].filter(({ metric }) => this.machine.byId.has(metric)),
        risk: Array.from({ length: 4 }, (_, i) => ({
          time: new Date(now + (i + 1) * 900e3).toISOString(),
          probability: [0.04, 0.07, 0.22, 0.1][i],
          level: ['low', 'low', 'medium', 'low'][i],
        })),
      },
      grades: [
        ['cpu.util', 4.2, 6.1, 0.81],
        ['memory.util', 0.9, 1.0, 0.77],
        ['disk.write.rate{total}', 2.1e6, 2.0e6, 0.84],
      ].map(([metric, error, naive_error, covered]) => ({
        metric,
        count: 96,
        steps: 2304,
        since_ms: now - DAY,
        error,
        naive_error,
        covered,
      })),
    };
  }

  analysis({ from, to }, episodes, now) {
    const usual = [
      'cpu.util',
      'memory.util',
      'disk.util{total}',
      'net.recv.rate{total}',
      'gpu.util{0}',
      'cpu.temp',
      'power.package{0}',
      'pressure.cpu.some',
    ]
      .filter((id) => this.machine.byId.has(id))
      .map((metric) => {
        const [, , unit, , middle, swing] = this.machine.families.get(metric.split('{')[0]);
        return {
          metric,
          unit,
          value: this.machine.value(metric, now),
          usual: [Math.max(0, middle - 0.8 * swing), middle + 0.8 * swing],
        };
      });
    const iso = (ms) => new Date(ms).toISOString();
    return {
      schema: 1,
      host: {},
      session: {
        id: 'session_1',
        start: iso(from),
        end: iso(to),
        interval_s: 1,
        samples: 900,
        metrics: 1478,
        gaps: 1,
        events: [],
      },
      verdict: episodes.length
        ? { level: 'look', text: episodes[0].summary }
        : { level: 'well', text: 'no anomaly in 26 h' },
      now: usual,
      anomalies: {
        method: 'detector',
        count: episodes.length,
        items: episodes.map((e) => ({ ...e, time: iso(e.start_ms), end: iso(e.end_ms), peak: iso(e.peak_ms) })),
      },
      trends: [
        {
          metric: 'memory.used',
          unit: 'By',
          direction: 'rising',
          first: 9.2e9,
          last: 9.9e9,
          limit: 16e9,
          reaches_limit_in_s: 41000,
        },
      ],
      insights: [
        {
          id: 'memory-pressure',
          severity: 'warning',
          area: 'memory',
          title: 'all tasks waited for memory 12.5 % of the time for 20 s',
          evidence: ['pressure.memory.full 12.5 %, above 5 % since 10:30:40'],
          advice: 'close what is not needed, or add memory: this machine works at the edge of its 16.0 GB',
          remedy: 'swapping',
          since: iso(now - 540e3),
        },
      ],
      workload: { category: 'coding', confidence: 0.82 },
      forecast: null,
      cost: {},
    };
  }

  settings() {
    const rows = [
      ['general.interval', '1', '1', 'default', 'seconds between samples'],
      ['general.duration', '60', '60', 'default', 'seconds that a check watches'],
      ['storage.directory', '/var/lib/sonde', '', 'option', 'where the archive lies'],
      ['storage.max_mb', '2048', '4096', '/etc/sonde/sonde.yaml:4', 'the archive never grows beyond'],
      ['storage.keep_days', '30', '30', 'default', 'days that every moment is kept'],
      ['performance.max_cpu_percent', '1', '1', 'default', 'what Sonde may cost of one core'],
      ['privacy.collect_window_titles', 'false', 'false', 'default', 'never collected'],
      ['anomaly.budget_per_day', '1', '1', 'default', 'false alarms a day that are accepted'],
    ];
    return {
      settings: rows.map(([key, value, initial, source, help]) => ({
        key,
        value,
        default: initial,
        source,
        help,
        min: null,
        max: null,
        type: 'text',
      })),
      cost: { cpu_percent: 0.16, rss_bytes: 6.4e6, bytes_written: 3.1e7, used_bytes: 4.1e8, cap_bytes: 2.048e9 },
    };
  }

  askBeside(body, now) {
    const answer = this.ask(body, now);
    if (!body.preview && !body.endpoint) return answer;
    const sent = `{"model":"tiny","question":"${body.question}"}`;
    if (!body.preview) this.sent.push(sent);
    const text = body.preview ? null : 'It was calm.\nSay 42.';
    const said = { text, not_in_data: text ? ['42'] : [] };
    return { ...answer, endpoint: { host: '127.0.0.1:11434', model: 'tiny', sent, error: null, ...said } };
  }

  ask({ question, context }, now) {
    this.contexts.push(context);
    if (/weather/.test(question))
      return {
        status: 'off-topic',
        text: 'Only what was recorded on this machine can be told.',
        facts: [],
        from_ms: null,
        to_ms: null,
        link: null,
        chart: null,
        suggestions: ['Is everything well?', 'How hot was the processor today?'],
        context: null,
      };
    return {
      status: 'answered',
      text: `The processor was busy 24.1 % of the last hour, at most 82.0 %. (${question})`,
      facts: [
        { label: 'mean', value: 24.1, unit: '%', metric: 'cpu.util', time_ms: null },
        { label: 'highest', value: 82.04, unit: '%', metric: 'cpu.util', time_ms: now - 1800e3 },
        { label: 'memory of chrome', value: 3.31e9, unit: 'By', metric: null, time_ms: null },
      ],
      from_ms: now - HOUR,
      to_ms: now,
      link: `#/explore?m=cpu.util&from=${Math.round(now - HOUR)}&to=${Math.round(now)}`,
      chart: { metrics: ['cpu.util'], from_ms: now - HOUR, to_ms: now },
      suggestions: ['and the memory?', 'and yesterday?', 'which process was it?'],
      context: 'cpu',
    };
  }

  stream(query, reply) {
    if (this.mode === 'down') return reply.destroy();
    reply.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    const ids = (query.metrics ?? '').match(/[^,{]+(\{[^}]*\})?/g)?.filter((id) => this.machine.byId.has(id)) ?? [];
    const stream = { reply, ids };
    this.streams.add(stream);
    reply.on('close', () => this.streams.delete(stream));
    if (ids.length)
      this.say(stream, 'schema', { ids, units: ids.map((id) => this.machine.byId.get(id).unit), interval_s: 1 });
    this.say(stream, 'now', this.nowEvent(this.now()));
  }

  say({ reply }, type, body) {
    reply.write(`event: ${type}\ndata: ${JSON.stringify(body)}\n\n`);
  }

  nowEvent(t) {
    const names = [
      'cpu.util',
      'memory.util',
      'disk.util',
      'disk.read.rate',
      'disk.write.rate',
      'net.recv.rate',
      'net.send.rate',
      'gpu.util',
      'cpu.temp',
      'power.package',
      'pressure.cpu.some',
      'pressure.memory.some',
      'pressure.io.some',
    ];
    const id = (name) => this.machine.metrics.find((metric) => metric.name === name)?.id;
    const calm = this.mode === 'empty';
    return {
      t,
      level: calm ? 'well' : 'look',
      text: calm ? 'no anomaly in 26 h' : this.machine.episodes[0].summary,
      workload: { category: 'coding', confidence: 0.82 },
      alert: calm ? [] : ['memory'],
      v: Object.fromEntries(names.map((name) => [name, id(name) ? this.machine.value(id(name), t) : null])),
    };
  }

  tick() {
    if (this.mode === 'replay') return;
    const t = this.now();
    for (const stream of this.streams) {
      if (stream.ids.length) this.say(stream, 'tick', { t, v: stream.ids.map((id) => this.machine.value(id, t)) });
      this.say(stream, 'now', this.nowEvent(t));
    }
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname)
  new Stub(process.argv[2], process.argv[4])
    .start(Number(process.argv[3] ?? 0))
    .then(({ url }) => console.log(url));
