/* data.mjs - a machine that does not exist: metrics with deterministic values at every instant, and what was found. */

/** 0..1, always the same for the same text and number. */
export function hash(text, n = 0) {
  let a = 2166136261 ^ n;
  for (let i = 0; i < text.length; i++) a = Math.imul(a ^ text.charCodeAt(i), 16777619);
  a = Math.imul(a ^ (a >>> 15), 2246822507);
  a = Math.imul(a ^ (a >>> 13), 3266489909);
  return ((a ^ (a >>> 16)) >>> 0) / 4294967296;
}

// name, instances, unit, area, middle, swing, help
const FAMILIES = [
  ['cpu.util', [''], '%', 'cpu', 24, 12, 'share of time doing anything'],
  ['cpu.user', [''], '%', 'cpu', 17, 9, 'share of time in programs'],
  ['cpu.system', [''], '%', 'cpu', 5, 3, 'share of time in the kernel'],
  ['cpu.iowait', [''], '%', 'cpu', 0.4, 0.4, 'share of time idle while a task waits for a disk'],
  ['cpu.core.util', [0, 1, 2, 3, 4, 5, 6, 7], '%', 'cpu', 22, 16, 'share of that time'],
  ['cpu.core.freq', [0, 1, 2, 3, 4, 5, 6, 7], 'Hz', 'cpu', 2.4e9, 9e8, 'clock frequency now'],
  ['cpu.freq', [''], 'Hz', 'cpu', 2.4e9, 7e8, 'clock frequency, mean of all cores'],
  ['cpu.load', ['1m', '5m', '15m'], '1', 'cpu', 1.8, 0.9, 'tasks running or waiting, averaged over the span'],
  ['cpu.context_switches.rate', [''], '1/s', 'cpu', 8200, 3100, 'switches from one task to another, per second'],
  ['cpu.interrupts.rate', [''], '1/s', 'cpu', 3400, 900, 'interrupts served, per second'],
  [
    'cpu.softirqs.rate',
    ['timer', 'net_rx', 'block', 'sched', 'rcu'],
    '1/s',
    'cpu',
    420,
    210,
    'soft interrupts served',
  ],
  ['cpu.temp', [''], 'Cel', 'thermal', 51, 6, 'temperature of the processor'],
  ['memory.util', [''], '%', 'memory', 61, 2, 'share of memory in use'],
  ['memory.used', [''], 'By', 'memory', 9.6e9, 4e8, 'memory that programs use'],
  ['memory.available', [''], 'By', 'memory', 6.2e9, 4e8, 'memory that programs can have'],
  ['memory.cached', [''], 'By', 'memory', 4.1e9, 3e8, 'file contents kept in memory'],
  ['memory.dirty', [''], 'By', 'memory', 2.2e6, 2e6, 'file contents that wait to be written'],
  ['memory.faults.major.rate', [''], '1/s', 'memory', 1.2, 1.2, 'page faults that read a disk'],
  ['swap.util', [''], '%', 'memory', 3, 0.2, 'share of swap in use'],
  ['pressure.cpu.some', [''], '%', 'cpu', 2.2, 2, 'share of time in which a task waited for a processor'],
  ['pressure.memory.some', [''], '%', 'memory', 0.1, 0.1, 'share of time in which a task waited for memory'],
  ['pressure.io.some', [''], '%', 'disk', 0.8, 0.7, 'share of time in which a task waited for a disk'],
  ['disk.util', ['total', 'nvme0n1', 'sda'], '%', 'disk', 8, 7, 'share of time in which requests were pending'],
  ['disk.read.rate', ['total', 'nvme0n1', 'sda'], 'By/s', 'disk', 1.4e6, 1.3e6, 'bytes read, per second'],
  ['disk.write.rate', ['total', 'nvme0n1', 'sda'], 'By/s', 'disk', 2.9e6, 2.4e6, 'bytes written, per second'],
  ['disk.latency', ['total', 'nvme0n1', 'sda'], 's', 'disk', 0.0012, 0.001, 'mean time of a request'],
  ['disk.temp', ['nvme0n1'], 'Cel', 'thermal', 41, 2, 'temperature of the disk'],
  ['fs.util', ['/', '/home'], '%', 'disk', 71, 0.3, 'share of the file system in use'],
  ['net.recv.rate', ['total', 'wlan0', 'eth0'], 'By/s', 'network', 3.1e5, 2.9e5, 'bytes received, per second'],
  ['net.send.rate', ['total', 'wlan0', 'eth0'], 'By/s', 'network', 9.2e4, 8e4, 'bytes sent, per second'],
  ['net.connections', ['established', 'time_wait'], '1', 'network', 48, 12, 'connections in this state'],
  ['gpu.util', ['0'], '%', 'gpu', 12, 11, 'share of time in which the GPU worked'],
  ['gpu.vram.util', ['0'], '%', 'gpu', 34, 5, 'share of its memory in use'],
  ['gpu.temp', ['0'], 'Cel', 'thermal', 46, 5, 'temperature of the GPU'],
  ['gpu.power', ['0'], 'W', 'power', 22, 12, 'power that the GPU draws'],
  [
    'sensor.temp',
    ['platform-coretemp.0/coretemp/Package id 0', 'platform-coretemp.0/coretemp/Core 0', 'pci/nvme/Composite'],
    'Cel',
    'thermal',
    48,
    5,
    'temperature',
  ],
  ['sensor.fan', ['platform-thinkpad/thinkpad/fan1'], '{rpm}', 'thermal', 2900, 500, 'speed of the fan'],
  ['power.package', ['0'], 'W', 'power', 21, 9, 'power of the processor package'],
  ['battery.charge', ['BAT0'], '%', 'power', 78, 4, 'charge of the battery'],
  ['process.count', [''], '1', 'processes', 312, 6, 'processes'],
  ['process.running', [''], '1', 'processes', 2, 1.6, 'tasks running or ready to run'],
  ['process.blocked', [''], '1', 'processes', 0.2, 0.3, 'tasks waiting for a disk'],
  ['sonde.cpu', [''], '%', 'other', 0.16, 0.05, 'processor time of Sonde itself'],
  ['sonde.rss', [''], 'By', 'other', 6.4e6, 2e5, 'memory of Sonde itself'],
  ['sonde.tick.lateness', [''], 's', 'other', 0.00006, 0.00003, 'how late a sample was taken'],
  [
    'net.tcp.counter.rate',
    Array.from({ length: 160 }, (_, i) => `kind${i}`),
    '1/s',
    'network',
    4,
    3,
    'segments of a kind',
  ],
];

const HIDDEN = {
  bare: ['gpu.', 'sensor.', 'power.', 'cpu.temp', 'battery.', 'disk.temp', 'cpu.freq', 'cpu.core.freq'],
};

export function metricsOf(kind) {
  return FAMILIES.filter(([name]) => !(HIDDEN[kind] ?? []).some((start) => name.startsWith(start))).flatMap(
    ([name, instances, unit, area, , , help]) =>
      instances.map((instance) => ({
        id: instance === '' ? name : `${name}{${instance}}`,
        name,
        instance: String(instance),
        unit,
        kind: unit === '%' ? 'ratio' : unit.endsWith('/s') ? 'rate' : 'gauge',
        min: 0,
        max: unit === '%' ? 100 : null,
        source: name.startsWith('memory') ? '/proc/meminfo' : '/proc/stat',
        help,
        area,
      })),
  );
}

export const MISSING = [
  {
    adapter: 'hwmon',
    reason: 'no sensor of temperature, fan or voltage: usual in a virtual machine',
    remedy: 'elsewhere load the module of the board\u2019s chip; sensors-detect of lm-sensors finds it',
  },
  {
    adapter: 'rapl',
    reason: 'no energy counters of the processor: usual in a virtual machine',
    remedy: 'elsewhere try modprobe intel_rapl_msr',
  },
  { adapter: 'nvidia', reason: 'there is no NVIDIA GPU', remedy: '' },
  { adapter: 'amdgpu', reason: 'no graphics processor of AMD', remedy: '' },
  { adapter: 'intel_gpu', reason: 'no graphics processor of Intel', remedy: '' },
  { adapter: 'battery', reason: 'no battery and no power adapter that reports', remedy: '' },
  { adapter: 'freq', reason: 'no cpufreq driver, as in most virtual machines', remedy: '' },
];

const MINUTE = 60e3;
const HOUR = 3600e3;

/** Episodes that begin so long before now: area, metric, how much is added, length, severity. */
const EPISODES = [
  [
    9 * MINUTE,
    4 * MINUTE,
    'memory',
    ['memory.util', 'memory.used', 'pressure.memory.some'],
    27,
    'critical',
    'memory: used rose from 9.60 GB to 13.8 GB in 3 min, by chrome (pid 4812)',
  ],
  [
    52 * MINUTE,
    6 * MINUTE,
    'disk',
    ['disk.util{total}', 'disk.write.rate{total}', 'pressure.io.some'],
    62,
    'warning',
    'disk: written rose from 2.90 MB/s to 96.0 MB/s, by rsync (pid 990)',
  ],
  [
    5 * HOUR,
    11 * MINUTE,
    'cpu',
    ['cpu.util', 'pressure.cpu.some'],
    58,
    'warning',
    'processor: use rose from 24.0 % to 82.0 %, by cc1 (pid 7120) and 7 more',
  ],
  [
    19 * HOUR,
    25 * MINUTE,
    'network',
    ['net.recv.rate{total}'],
    2.7,
    'notice',
    'network: received 4.40 MB/s, usual 310 kB/s',
  ],
  [
    70 * HOUR,
    2 * HOUR,
    'thermal',
    ['cpu.temp'],
    31,
    'warning',
    'temperature: processor at 82.0 C, usual 45.0 to 57.0 C',
  ],
];

export class Machine {
  /** @param {'full' | 'bare'} kind @param {number} now - ms: where its recording ends when it is a replay */
  constructor(kind, now) {
    this.kind = kind;
    this.begin = now;
    this.first = now - 9 * 24 * HOUR;
    this.metrics = metricsOf(kind);
    this.byId = new Map(this.metrics.map((metric) => [metric.id, metric]));
    this.families = new Map(FAMILIES.map((family) => [family[0], family]));
    this.episodes = EPISODES.map(([ago, length, area, metrics, add, severity, summary], i) => ({
      session: 'session_1',
      start_ms: now - ago,
      end_ms: now - ago + length,
      peak_ms: now - ago + length / 3,
      score: 12 - i,
      probability: 0.0001,
      severity,
      area,
      summary,
      changes:
        area === 'disk'
          ? [{ time_ms: now - ago - 60000, text: 'upgraded rsync 3.2.6 to 3.2.7', score: 0.8 }]
          : [],
      add,
      metrics,
      causes: metrics.filter((id) => this.byId.has(id)).map((id, k) => this.cause(id, add, k)),
      logs: summary.includes('rsync') ? [this.logLine(now - ago - 4000)] : [],
      logs_read: 312,
      ...(summary.includes('rsync') ? {} : { logs_reason: 'of 312 lines none is rare enough' }),
    })).filter((episode) => episode.causes.length);
  }

  logLine(time_ms) {
    return {
      time_ms,
      log: 'journal',
      ident: 'kernel',
      unit: null,
      priority: 3,
      text: 'I/O error, dev sda, sector 4711 <b>',
      count: 3,
      score: 0.91,
    };
  }

  cause(id, add, k) {
    const [, , unit, , middle, swing] = this.families.get(id.split('{')[0]);
    const scale = unit === 'By' ? 1.5e8 : unit === 'By/s' ? 1.5e6 : k ? 0.4 : 1;
    return {
      metric: id,
      unit,
      value: middle + add * scale,
      expected: middle,
      usual: [middle - swing, middle + swing],
      contribution: [0.72, 0.2, 0.08][k],
    };
  }

  value(id, t) {
    const [, , unit, , middle, swing] = this.families.get(id.split('{')[0]);
    const phase = hash(id) * 6.28,
      share = id.includes('{') && !id.includes('{total}') ? 0.35 + 0.6 * hash(id, 7) : 1;
    const slow =
      Math.sin((t / 86400e3) * 6.28 + phase) * 0.5 +
      Math.sin(t / 4000e3 + phase) * 0.3 +
      Math.sin(t / 97e3 + phase) * 0.2;
    const noise = hash(id, Math.floor(t / 1000)) - 0.5;
    let v = middle * (unit === 'Hz' || unit === 'Cel' ? 1 : share) + swing * (0.55 * slow + 0.5 * noise);
    if (unit.endsWith('/s') && hash(id, Math.floor(t / 21e3)) > 0.9)
      v += 3 * swing * hash(id, Math.floor(t / 1000) + 5);
    for (const episode of this.episodes)
      if (t >= episode.start_ms && t < episode.end_ms) {
        const cause = episode.causes.find(({ metric }) => metric === id);
        if (cause) v += (cause.value - cause.expected) * Math.min(1, (t - episode.start_ms) / 40e3);
      }
    return unit === '%' ? Math.min(100, Math.max(0, v)) : Math.max(0, v);
  }

  /** A hole in the recording: nothing is known then. */
  missing(t) {
    const ago = this.begin - t;
    return t < this.first || (ago > 4 * MINUTE && ago < 4.6 * MINUTE) || (ago > 30 * HOUR && ago < 33 * HOUR);
  }

  frames(ids, from, to, points, now) {
    const step = (to - from) / points;
    const series = ids
      .filter((id) => this.byId.has(id))
      .map((id) => {
        const mean = [],
          min = [],
          max = [];
        for (let i = 0; i < points; i++) {
          const t = from + i * step;
          if (t > now || this.missing(t)) {
            for (const column of [mean, min, max]) column.push(null);
            continue;
          }
          const some =
            step < 1500
              ? [this.value(id, t)]
              : [0.1, 0.4, 0.7, 0.95].map((part) => this.value(id, t + part * step));
          const middle = some.reduce((sum, v) => sum + v, 0) / some.length;
          mean.push(middle);
          min.push(Math.min(...some));
          max.push(Math.max(...some));
        }
        return { id, unit: this.byId.get(id).unit, mean, min, max };
      });
    return { from_ms: from, to_ms: to, step_ms: step, tier_s: step < 60e3 ? 1 : 60, series };
  }
}
