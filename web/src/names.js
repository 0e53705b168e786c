/* names.js - what metrics are called where people read. */

/** @typedef {{id: string, name: string, instance: string, unit: string, kind: string, min: number | null,
 *   max: number | null, source: string, help: string, area: string}} Metric */

/** Titles of families; others are called by their help text. @type {Record<string, string>} */
const TITLES = {
  'cpu.util': 'Processor',
  'cpu.user': 'Processor in programs',
  'cpu.system': 'Processor in the kernel',
  'cpu.iowait': 'Processor idle, a disk pending',
  'cpu.steal': 'Processor taken by the host',
  'cpu.nice': 'Processor in niced programs',
  'cpu.core.util': 'Core',
  'cpu.freq': 'Clock frequency',
  'cpu.core.freq': 'Clock of core',
  'cpu.temp': 'Processor temperature',
  'cpu.load': 'Load average',
  'cpu.interrupts.rate': 'Interrupts',
  'cpu.context_switches.rate': 'Context switches',
  'cpu.runqueue.latency': 'Wait for a processor',
  'cpu.runqueue.waiting': 'Time waiting for a processor',
  'memory.util': 'Memory',
  'memory.used': 'Memory in use',
  'memory.available': 'Memory available',
  'memory.cached': 'File cache',
  'memory.free': 'Memory free',
  'memory.dirty': 'Waiting to be written',
  'memory.total': 'Memory installed',
  'memory.faults.major.rate': 'Page faults that read a disk',
  'swap.used': 'Swap in use',
  'swap.util': 'Swap',
  'swap.in.rate': 'Swapped in',
  'swap.out.rate': 'Swapped out',
  'pressure.cpu.some': 'Waiting for a processor',
  'pressure.memory.some': 'Waiting for memory',
  'pressure.memory.full': 'All waiting for memory',
  'pressure.io.some': 'Waiting for a disk',
  'pressure.io.full': 'All waiting for a disk',
  'disk.util': 'Disk busy',
  'disk.read.rate': 'Disk read',
  'disk.write.rate': 'Disk written',
  'disk.latency': 'Disk latency',
  'disk.read.latency': 'Latency of reads',
  'disk.write.latency': 'Latency of writes',
  'disk.queue': 'Disk queue',
  'disk.temp': 'Disk temperature',
  'fs.util': 'File system full',
  'fs.used': 'File system in use',
  'fs.available': 'File system available',
  'fs.inodes.util': 'File entries used',
  'net.recv.rate': 'Network in',
  'net.send.rate': 'Network out',
  'net.recv.packets.rate': 'Packets in',
  'net.send.packets.rate': 'Packets out',
  'net.connections': 'Connections',
  'net.tcp.retransmits.rate': 'TCP segments sent again',
  'gpu.util': 'GPU',
  'gpu.vram.util': 'GPU memory',
  'gpu.vram.used': 'GPU memory in use',
  'gpu.temp': 'GPU temperature',
  'gpu.power': 'GPU power',
  'gpu.clock.core': 'GPU clock',
  'gpu.fan': 'GPU fan',
  'sensor.temp': 'Temperature',
  'sensor.fan': 'Fan',
  'sensor.voltage': 'Voltage',
  'sensor.power': 'Power',
  'sensor.current': 'Current',
  'power.package': 'Processor power',
  'power.dram': 'Memory power',
  'power.core': 'Power of cores',
  'battery.charge': 'Battery charge',
  'battery.power': 'Battery power',
  'battery.time_left': 'Battery time left',
  'process.count': 'Processes',
  'process.running': 'Tasks running',
  'process.blocked': 'Tasks waiting for a disk',
  'process.threads': 'Threads',
  'process.new.rate': 'Processes started',
  'sonde.cpu': 'Processor use of Sonde',
  'sonde.rss': 'Memory of Sonde',
  'sonde.tick.lateness': 'Lateness of samples',
};

const AREA_TITLES = {
  cpu: 'Processor',
  memory: 'Memory',
  disk: 'Disk',
  network: 'Network',
  processes: 'Processes',
  thermal: 'Heat',
  power: 'Power',
  gpu: 'GPU',
  other: 'Other',
};

export const AREA_ORDER = Object.keys(AREA_TITLES);

/** @param {string} area */
export const areaTitle = (area) => AREA_TITLES[/** @type {keyof typeof AREA_TITLES} */ (area)] ?? area;

/**
 * "disk.read.rate{sda}" in its two parts.
 * @param {string} id
 * @returns {{name: string, instance: string}}
 */
export function idParts(id) {
  const at = id.indexOf('{');
  return at < 0 ? { name: id, instance: '' } : { name: id.slice(0, at), instance: id.slice(at + 1, -1) };
}

/** "platform-coretemp.0/coretemp/Core 0" is "coretemp Core 0" where space is short. @param {string} instance */
export function shortInstance(instance) {
  const parts = instance.split('/');
  return parts.length >= 3 && parts[0] ? parts.slice(1).join(' ') : instance;
}

/**
 * What a metric is called, without its instance.
 * @param {string} id
 * @param {string} [help]
 */
export function familyTitle(id, help) {
  const { name } = idParts(id);
  if (TITLES[name]) return TITLES[name];
  const text = (help ?? '').split(/[,;:(]/)[0].trim();
  const plain = plainName(name);
  // Some help texts lean on those of their neighbours; then the name says more.
  const leans = /\b(such|these|those|that one|of it|of them|one was)\b|^(share of that|that|times that)\b/i.test(text);
  return text && text.length <= 48 && !leans ? text[0].toUpperCase() + text.slice(1) : plain;
}

/** "cpu.softirqs.rate" as "cpu softirqs rate" @param {string} name */
function plainName(name) {
  return name.replaceAll('.', ' ').replaceAll('_', ' ');
}

/**
 * What a metric is called, with its instance unless that is all of them together.
 * @param {string} id
 * @param {string} [help]
 */
export function titleOf(id, help) {
  const { name, instance } = idParts(id);
  const title = familyTitle(id, help);
  if (!instance || instance === 'total') return title;
  return TITLES[name] ? `${title} ${shortInstance(instance)}` : `${title} (${shortInstance(instance)})`;
}

/** Ids apart: commas inside braces belong to an instance. @param {string} list */
export function splitIds(list) {
  return list.match(/[^,{]+(\{[^}]*\})?/g) ?? [];
}

/**
 * Does an id match a glob? One without braces takes all instances.
 * @param {string} id
 * @param {string} glob
 */
export function matches(id, glob) {
  const plain = glob.includes('{') ? id : idParts(id).name;
  if (!/[*?]/.test(glob)) return plain === glob;
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`).test(plain);
}
