// A request of `sonde export otlp`, as OpenTelemetry's own generated decoder reads it, value by value against the rows
// of `sonde export jsonl` of the same range: node otlp.mjs REQUEST ROWS METRICS. Theirs become our names here by a
// table of this test's own.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../web/package.json', import.meta.url));
const at = require.resolve('@opentelemetry/otlp-transformer').replace(/build[/\\].*/, 'build/src/generated/root.js');
const root = require(at);
const [request, rows, metrics] = process.argv.slice(2);

const fail = (...words) => {
  console.log(...words);
  process.exit(1);
};
const interrupt = { interrupt: 'irq' };
const limit = { 'high.critical': 'sensor.temp.critical', 'high.degraded': 'sensor.temp.max' };
const task = { general: 'gpu.util', encoder: 'gpu.encoder.util', decoder: 'gpu.decoder.util' };
const inverse = {
  'system.uptime': () => ['system.uptime', 1],
  'system.cpu.time': (a) => [`cpu.time{${a['cpu.mode']}}`, 1],
  'system.cpu.utilization': (a) => [`cpu.${interrupt[a['cpu.mode']] ?? a['cpu.mode']}`, 0.01],
  'system.cpu.frequency': (a) => [`cpu.core.freq{${a['cpu.logical_number']}}`, 1],
  'system.memory.usage': (a) => [`memory.${a['system.memory.state']}`, 1],
  'system.memory.utilization': () => ['memory.util', 0.01],
  'system.memory.limit': () => ['memory.total', 1],
  'system.memory.linux.available': () => ['memory.available', 1],
  'system.memory.linux.shared': () => ['memory.shared', 1],
  'system.memory.linux.slab.usage': () => ['memory.slab.unreclaimable', 1],
  'system.paging.usage': () => ['swap.used', 1],
  'system.paging.utilization': () => ['swap.util', 0.01],
  'system.paging.faults': (a) => [`memory.faults.${a['system.paging.fault.type']}`, 1],
  'system.disk.io': (a) => [`disk.${a['disk.io.direction']}{${a['system.device']}}`, 1],
  'system.disk.operations': (a) => [`disk.${a['disk.io.direction']}s{${a['system.device']}}`, 1],
  'system.disk.operation_time': (a) => [`disk.${a['disk.io.direction']}.time{${a['system.device']}}`, 1],
  'system.disk.merged': (a) => [`disk.${a['disk.io.direction']}s.merged{${a['system.device']}}`, 1],
  'system.disk.io_time': (a) => [`disk.busy{${a['system.device']}}`, 1],
  'system.filesystem.usage': (a) => [`fs.${a['system.filesystem.state']}{${mount(a)}}`, 1],
  'system.filesystem.limit': (a) => [`fs.total{${mount(a)}}`, 1],
  'system.filesystem.utilization': (a) => [`fs.util{${mount(a)}}`, 0.01],
  'system.network.io': (a) => [`net.${way(a)}{${a['network.interface.name']}}`, 1],
  'system.network.packet.count': (a) => [`net.${way(a)}.packets{${a['system.device']}}`, 1],
  'system.network.errors': (a) => [`net.errors.${way(a)}{${a['network.interface.name']}}`, 1],
  'system.network.packet.dropped': (a) => [`net.drops.${way(a)}{${a['network.interface.name']}}`, 1],
  'system.network.connection.count': (a) => [`net.connections{${a['network.connection.state']}}`, 1],
  'system.process.count': () => ['process.count', 1],
  'system.process.created': () => ['process.forks', 1],
  'hw.temperature': (a) => [hardware(a, { '': 'sensor.temp', core: 'cpu.core.temp', disk: 'disk.temp', gpu: 'gpu.temp' }), 1],
  'hw.temperature.limit': (a) => [hardware(a, { gpu: 'gpu.temp.limit', '': limit[a['hw.limit_type']] }), 1],
  'hw.fan.speed': (a) => [hardware(a, { '': 'sensor.fan', gpu: 'gpu.fan.speed' }), 1],
  'hw.fan.speed_ratio': (a) => [hardware(a, { gpu: 'gpu.fan' }), 0.01],
  'hw.voltage': (a) => [hardware(a, { '': 'sensor.voltage', gpu: 'gpu.voltage', battery: 'battery.voltage' }), 1],
  'hw.battery.charge': (a) => [hardware(a, { battery: 'battery.charge' }), 0.01],
  'hw.battery.time_left': (a) => [hardware(a, { battery: 'battery.time_left' }), 1],
  'hw.gpu.utilization': (a) => [hardware(a, { gpu: task[a['hw.gpu.task']] }), 0.01],
  'hw.gpu.memory.limit': (a) => [hardware(a, { gpu: 'gpu.vram.total' }), 1],
  'hw.gpu.memory.usage': (a) => [hardware(a, { gpu: 'gpu.vram.used' }), 1],
  'hw.gpu.memory.utilization': (a) => [hardware(a, { gpu: 'gpu.vram.util' }), 0.01],
  'hw.power': (a) => [hardware(a, { gpu: 'gpu.power' }), 1],
  'hw.energy': (a) => [hardware(a, { cpu: 'energy.package', memory: 'energy.dram', gpu: 'gpu.energy' }), 1],
  'hw.errors': (a) => [hardware(a, { gpu: `gpu.ecc.${a['error.type']}`, '': `memory.errors.${a['error.type']}` }), 1],
};
const mount = (a) => a['system.filesystem.mountpoint'];
const way = (a) => ({ receive: 'recv', transmit: 'send' })[a['network.io.direction']];
const hardware = (a, families) => {
  const [kind, ...rest] = a['hw.id'].split('/');
  return kind in families ? `${families[kind]}{${rest.join('/')}}` : `${families['']}{${a['hw.id']}}`;
};

const kinds = new Map(JSON.parse(readFileSync(metrics, 'utf8')).map((m) => [m.id, m]));
const want = new Map(
  readFileSync(rows, 'utf8').trim().split('\n').map((line) => JSON.parse(line))
    .map((row) => [BigInt(Date.parse(row.timestamp)) * 1000000n, row.metrics]),
);
const text = (v) => v.stringValue ?? Number(v.intValue);
const attributes = (list) => Object.fromEntries(list.map((a) => [a.key, text(a.value)]));
const message = root.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest.decode(readFileSync(request));
const seen = new Set();
let points = 0;
let theirs = 0;

const compare = (metric, point, sum) => {
  const a = attributes(point.attributes);
  const own = metric.name.startsWith('sonde.');
  if (!own && !inverse[metric.name]) return fail('no such name is expected:', metric.name);
  const [id, scale] = own ? [metric.name.slice(6) + ('id' in a ? `{${a.id}}` : ''), 1] : inverse[metric.name](a);
  const stamp = BigInt(point.timeUnixNano.toString());
  const value = want.get(stamp)?.[id];
  if (value === undefined || value === null) fail(metric.name, a, 'at', stamp, 'is', id, ', which was not known then');
  if (point.asDouble !== value * scale) fail(metric.name, a, 'is', point.asDouble, 'instead of', value, '*', scale);
  if ((kinds.get(id)?.kind === 'counter') !== !!sum?.isMonotonic) fail(id, 'is a', kinds.get(id)?.kind);
  if (sum && !(BigInt(point.startTimeUnixNano.toString()) <= stamp)) fail(id, 'starts after it was read');
  if (sum && sum.aggregationTemporality !== 2) fail(id, 'is not cumulative');
  const key = `${id} ${stamp}`;
  if (seen.has(key)) fail(key, 'comes twice');
  seen.add(key);
  points += 1;
  theirs += own ? 0 : 1;
};

for (const resource of message.resourceMetrics) {
  const of = attributes(resource.resource.attributes);
  if (of['service.name'] !== 'sonde' || of['host.name'] !== 'box-1') fail('resource:', of);
  for (const scope of resource.scopeMetrics) {
    if (!/^https:..opentelemetry\.io.schemas.1\.\d+\.0$/.test(scope.schemaUrl)) fail('schema:', scope.schemaUrl);
    for (const metric of scope.metrics)
      for (const point of (metric.gauge ?? metric.sum).dataPoints) compare(metric, point, metric.sum);
  }
}
for (const [stamp, values] of want)
  for (const [id, value] of Object.entries(values))
    if (value !== null && !seen.has(`${id} ${stamp}`) && kinds.get(id)?.kind !== 'ratio')
      fail(id, 'is missing at', stamp);
console.log(`${points} points of OTLP equal, ${theirs} by OpenTelemetry's names`);
