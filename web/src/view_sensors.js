/* view_sensors.js - temperatures, fans, power and graphics processors; where there are none, why. */
import { h, fill, viewHead } from './dom.js';
import { app } from './state.js';
import { Board } from './board.js';
import { missingOf, planOf } from './plans.js';

/** @typedef {import('./board.js').Plan} Plan */

/** What a part shows, and whose absence explains that it is empty. */
const PARTS = [
  {
    title: 'Temperatures',
    adapters: ['hwmon'],
    plans: () => [
      planOf('Processor temperature', ['cpu.temp', 'cpu.core.temp']),
      planOf('Sensors', ['sensor.temp']),
      planOf('Disk temperature', ['disk.temp']),
    ],
  },
  {
    title: 'Fans and voltages',
    adapters: ['hwmon'],
    plans: () => [planOf('Fans', ['sensor.fan']), planOf('Voltages', ['sensor.voltage'])],
  },
  {
    title: 'Power',
    adapters: ['rapl', 'battery'],
    plans: () => [
      planOf('Power', ['power.package', 'power.dram', 'power.psys'], {
        'power.package': 'processor',
        'power.dram': 'memory',
        'power.psys': 'whole',
      }),
      planOf('Battery charge', ['battery.charge']),
      planOf('Battery power', ['battery.power']),
    ],
  },
  {
    title: 'Clocks',
    adapters: ['freq'],
    plans: () => [
      planOf('Clock frequency', ['cpu.freq', 'cpu.core.freq'], { 'cpu.freq': 'mean', 'cpu.core.freq': 'core' }),
    ],
  },
  {
    title: 'Graphics processors',
    adapters: ['nvidia', 'amdgpu', 'intel_gpu'],
    plans: () => [
      planOf('GPU', ['gpu.util']),
      planOf('GPU memory', ['gpu.vram.util']),
      planOf('GPU temperature', ['gpu.temp']),
      planOf('GPU power', ['gpu.power']),
      planOf('GPU clock', ['gpu.clock.core']),
      planOf('GPU fan', ['gpu.fan']),
    ],
  },
];

/** @param {string[]} adapters */
function whyEmpty(adapters) {
  const missing = missingOf(adapters);
  if (!missing.length) return h('p', { class: 'empty', text: 'This machine reports none.' });
  return h(
    'ul',
    { class: 'absent' },
    missing.map(({ adapter, reason, remedy }) =>
      h(
        'li',
        null,
        h('b', { text: adapter }),
        `: ${reason}`,
        remedy && h('span', { class: 'more', text: ` What helps: ${remedy}` }),
      ),
    ),
  );
}

/** @returns {import('./state.js').View} */
export function sensorsView() {
  const board = new Board('sections');
  const parts = PARTS.map((part) => ({ ...part, shown: part.plans().filter((plan) => plan != null) }));
  board.setPlans(parts.flatMap(({ shown }) => shown));
  let next = 0;
  const sections = parts.map(({ title, adapters, shown }) => {
    const charts = board.charts.slice(next, (next += shown.length));
    return h(
      'section',
      null,
      h('h2', { text: title }),
      charts.length
        ? h(
            'div',
            { class: 'board small' },
            charts.map((chart) => chart.root),
          )
        : whyEmpty(adapters),
    );
  });
  fill(board.root, sections);
  return {
    root: h(
      'div',
      { class: 'view' },
      viewHead('Sensors and GPUs'),
      board.root,
    ),
    board,
    show() {
      board.load(app.range, app.host.data.interval_s);
    },
    leave() {
      board.destroy();
    },
  };
}
