/* view_processes.js - who was at work at any instant, from the tables that were kept. */
import { h, field, setText, viewHead } from './dom.js';
import { get, live } from './api.js';
import { clock, counted, localInput, when } from './format.js';
import { app, goParams, here } from './state.js';
import { Board } from './board.js';
import { Slot, emptyLine } from './slot.js';
import { Listing } from './listing.js';
import { processTable } from './process_table.js';
import { planOf } from './plans.js';
import { readTime } from './route.js';

const REFRESH_MS = 3000;
const SLIDER_STEPS = 1000;

/** @returns {import('./state.js').View} */
export function processesView() {
  const table = processTable();
  const slot = new Slot();
  const board = new Board('board small fit');
  const about = h('p', { class: 'more' });
  const listing = new Listing(table, {
    label: 'Filter by name',
    hint: 'Filter by name',
    text: (row) => row.name,
  });
  const time = field({
    type: 'datetime-local',
    step: '1',
    'aria-label': 'Instant',
    on: {
      change: () => {
        const ms = readTime(time.value);
        if (ms != null) goParams({ at: ms }, true);
      },
    },
  });
  const slider = field({
    type: 'range',
    min: '0',
    max: String(SLIDER_STEPS),
    class: 'instant',
    'aria-label': 'Instant in the range',
    on: {
      change: () =>
        goParams(
          { at: app.range.from + (slider.valueAsNumber * (app.range.to - app.range.from)) / SLIDER_STEPS },
          true,
        ),
      input: () =>
        setText(
          instant,
          when(app.range.from + (slider.valueAsNumber * (app.range.to - app.range.from)) / SLIDER_STEPS),
        ),
    },
  });
  const instant = h('output', { class: 'strong' });
  const at = () => readTime(app.route.params.at);
  /** Where the slider stands and what the field says. */
  const showInstant = () => {
    const { from, to } = app.range;
    const ms = at() ?? to;
    slider.value = String(Math.round((SLIDER_STEPS * (ms - from)) / (to - from)));
    time.value = localInput(ms);
  };

  const load = () => {
    const ms = at() ?? app.range.to;
    return slot.load(
      (signal) => get('processes', { at: ms }, signal),
      (answer) => {
        const rows = answer.processes;
        setText(instant, when(answer.time_ms));
        const older = answer.table_ms && answer.time_ms - answer.table_ms > 1500;
        const whole = older
          ? `; the whole table is of ${clock(answer.table_ms)}, the busiest are of the instant`
          : '';
        const kept = answer.complete ? '' : '; only the busiest were kept';
        setText(about, `${counted(rows.length, 'process', 'processes')}${whole}${kept}.`);
        listing.setRows(rows);
        if (!rows.length) return emptyLine('No processes.', `${answer.reason}.`);
        return table.root.isConnected ? undefined : table.root;
      },
    );
  };
  let last = 0;
  const off = live.on('now', ({ t }) => {
    if (at() == null && app.range.live && !document.hidden && t - last >= REFRESH_MS) {
      last = t;
      if (document.activeElement !== slider && document.activeElement !== time) showInstant(); // else one is changed
      load();
    }
  });
  board.setPlans(
    [planOf('Processor', ['cpu.util']), planOf('Memory', ['memory.util'])].filter((plan) => plan != null),
  );

  return {
    root: h(
      'div',
      { class: 'view' },
      viewHead('Processes', '', instant, about),
      board.root,
      h(
        'div',
        { class: 'tools' },
        slider,
        time,
        h('a', {
          class: 'button',
          href: here('processes'),
          text: 'now',
          on: {
            click: (/** @type {Event} */ event) => {
              event.preventDefault();
              goParams({ at: null }, true);
            },
          },
        }),
        listing.search,
      ),
      slot.root,
    ),
    board,
    show() {
      const ms = at() ?? app.range.to;
      board.load(app.range, app.host.data.interval_s);
      for (const chart of board.charts)
        chart.setMarks(at() == null ? [] : [{ from: ms, to: ms, severity: 'notice' }]);
      showInstant();
      load();
    },
    leave() {
      off();
      slot.stop();
      board.destroy();
    },
  };
}
