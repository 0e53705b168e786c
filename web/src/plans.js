/* plans.js - which metrics go together on a chart, and what that chart is called. */
import { app, metricsOf } from './state.js';
import { familyTitle, idParts, shortInstance, titleOf } from './names.js';

/** @typedef {import('./board.js').Plan} Plan */
/** @typedef {import('./names.js').Metric} Metric */

const LINES_MOST = 6;
const STRANGE_MOST = 24;

/** @param {Metric} metric @param {string} label */
const lineOf = ({ id, kind }, label) => (kind === 'counter' ? { id, label, counter: true } : { id, label });

/**
 * A chart of the metrics that globs take, or null where there are none.
 * @param {string} title
 * @param {string[]} globs
 * @param {Record<string, string>} [labels] - of families; else the instance is the label
 * @returns {Plan | null}
 */
export function planOf(title, globs, labels = {}) {
  const metrics = metricsOf(globs).slice(0, LINES_MOST);
  if (!metrics.length) return null;
  const lines = metrics.map((metric) => {
    const { name, instance } = idParts(metric.id);
    const label = labels[name] ?? '';
    const alone = label && metrics.filter((other) => idParts(other.id).name === name).length === 1;
    const part = instance === 'total' || alone ? '' : shortInstance(instance);
    const title = [label, part].filter(Boolean).join(' ') || familyTitle(metric.id, metric.help);
    return lineOf(metric, title);
  });
  const detail = metrics.map((metric) => `${metric.id}: ${metric.help}`).join('\n');
  return { title, unit: metrics[0].unit, lines, opens: metrics.map(({ id }) => id).join(','), detail };
}

/** What the overview shows, where the machine has it. @returns {Plan[]} */
export function overviewPlans() {
  const plans = [
    planOf('Processor', ['cpu.util']),
    planOf('Memory', ['memory.util']),
    planOf('Waiting for', ['pressure.cpu.some', 'pressure.memory.some', 'pressure.io.some'], {
      'pressure.cpu.some': 'a processor',
      'pressure.memory.some': 'memory',
      'pressure.io.some': 'a disk',
    }),
    planOf('Disk throughput', ['disk.read.rate{total}', 'disk.write.rate{total}'], {
      'disk.read.rate': 'read',
      'disk.write.rate': 'written',
    }),
    planOf('Disk busy', ['disk.util{total}']) ?? planOf('Disk busy', ['disk.util']),
    planOf('Network throughput', ['net.recv.rate{total}', 'net.send.rate{total}'], {
      'net.recv.rate': 'in',
      'net.send.rate': 'out',
    }),
    planOf('Temperature', ['cpu.temp', 'gpu.temp', 'disk.temp'], {
      'cpu.temp': 'processor',
      'gpu.temp': 'GPU',
      'disk.temp': 'disk',
    }),
    planOf('Power', ['power.package', 'gpu.power', 'battery.power'], {
      'power.package': 'processor',
      'gpu.power': 'GPU',
      'battery.power': 'battery',
    }),
    planOf('GPU', ['gpu.util']),
    planOf('File systems full', ['fs.util']),
    planOf('Swap', ['swap.util']),
    planOf('Tasks running', ['process.running', 'process.blocked'], {
      'process.running': 'running',
      'process.blocked': 'waiting for a disk',
    }),
  ];
  const known = plans.filter((plan) => plan != null);
  // A file of somebody else's calls everything otherwise: its first metrics, then.
  return known.length ? known : plansOf(app.metrics.slice(0, STRANGE_MOST).map(({ id }) => id));
}

/**
 * Charts of any metrics: a family on one chart, as many as can be told apart.
 * @param {string[]} ids
 * @returns {Plan[]}
 */
export function plansOf(ids) {
  /** @type {Map<string, Metric[]>} */
  const families = new Map();
  for (const id of ids) {
    const metric = app.metrics.find((m) => m.id === id);
    if (!metric) continue;
    const { name } = idParts(id);
    const group = families.get(name) ?? [];
    group.push(metric);
    families.set(name, group);
  }
  return [...families.values()].flatMap((metrics) => {
    const plans = [];
    for (let i = 0; i < metrics.length; i += LINES_MOST) plans.push(planOfFamily(metrics.slice(i, i + LINES_MOST)));
    return plans;
  });
}

/** @param {Metric[]} metrics - of one family @returns {Plan} */
function planOfFamily(metrics) {
  const [first] = metrics;
  const title = metrics.length === 1 ? titleOf(first.id, first.help) : familyTitle(first.id, first.help);
  const lines = metrics.map((metric) => lineOf(metric, shortInstance(idParts(metric.id).instance) || title));
  return { title, unit: first.unit, lines, detail: `${metrics.map((m) => m.id).join(', ')}: ${first.help}` };
}

/** The part of a machine that an adapter's absence is about. @param {string[]} adapters */
export function missingOf(adapters) {
  return app.missing.filter((missing) => adapters.includes(missing.adapter));
}
