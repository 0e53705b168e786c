/* view_settings.js - every setting with its value, default and source; and what Sonde itself costs. */
import { h, button, field, viewHead } from './dom.js';
import { get } from './api.js';
import { amount, exactly, percent } from './format.js';
import { app } from './state.js';
import { Board } from './board.js';
import { logOut } from './login.js';
import { Slot } from './slot.js';
import { Table } from './table.js';
import { Listing } from './listing.js';
import { planOf } from './plans.js';
import { chooseTheme, themeChoice } from './theme.js';

/** @param {any} cost */
function costTiles(cost) {
  /** @param {string} label @param {number} value @param {string} unit @param {string} [more] */
  const tile = (label, value, unit, more) =>
    h(
      'li',
      null,
      h('span', { class: 'tile-label', text: label }),
      h('span', { class: 'tile-value', title: exactly(value, unit) }, h('b', { text: amount(value, unit) })),
      h('span', { class: 'usual', text: more ?? '' }),
    );
  const share = cost.cap_bytes
    ? `${percent(cost.used_bytes / cost.cap_bytes)} of ${amount(cost.cap_bytes, 'By')}`
    : '';
  return h(
    'ul',
    { class: 'tiles', 'aria-label': 'Cost' },
    tile('processor', cost.cpu_percent, '%', 'of one core'),
    tile('memory', cost.rss_bytes, 'By'),
    tile('archive', cost.used_bytes, 'By', share),
  );
}

function themeChooser() {
  return h(
    'fieldset',
    { class: 'choice' },
    h('legend', { text: 'Colours' }),
    ['auto', 'light', 'dark'].map((choice) =>
      h(
        'label',
        null,
        field({
          type: 'radio',
          name: 'theme',
          value: choice,
          checked: themeChoice() === choice,
          on: { change: () => chooseTheme(choice) },
        }),
        choice === 'auto' ? 'as the system' : choice,
      ),
    ),
  );
}

/** @returns {import('./state.js').View} */
export function settingsView() {
  const cost = new Slot(),
    list = new Slot();
  const board = new Board('board small');
  const only = field({ type: 'checkbox', on: { change: () => listing.draw() } });
  const isOwn = (/** @type {any} */ setting) => setting.source !== 'default';
  const table = new Table(
    'Settings',
    [
      {
        label: 'setting',
        value: (row) => row.key,
        show: (row) => [h('code', { text: row.key }), h('small', { text: row.help })],
      },
      {
        label: 'value',
        value: (row) => String(row.value),
        show: (row) => h(isOwn(row) ? 'b' : 'span', { text: String(row.value ?? '-') }),
      },
      { label: 'default', narrow: true, value: (row) => String(row.default ?? '-') },
      { label: 'source', value: (row) => row.source },
    ],
    { empty: 'None is set: all have their defaults.' },
  );
  const listing = new Listing(table, {
    label: 'Filter settings',
    hint: 'Filter settings',
    text: (row) => `${row.key} ${row.help}`,
    also: (row) => !only.checked || isOwn(row),
  });
  board.setPlans(
    [
      planOf('Processor use of Sonde', ['sonde.cpu']),
      planOf('Memory of Sonde', ['sonde.rss']),
      planOf('Lateness of samples', ['sonde.tick.lateness']),
    ].filter((plan) => plan != null),
  );
  const { host } = app;
  const memory = host.memory_bytes && `${amount(host.memory_bytes, 'By')} of memory`;
  const machine = [host.os, host.cpu, memory].filter(Boolean).join(', ');
  const role = host.role === 'full' ? 'You may label sessions.' : 'This view may only read.';
  const show = () => {
    const asked = get('settings');
    cost.load(
      () => asked,
      (answer) => costTiles(answer.cost),
      show,
    );
    list.load(
      () => asked,
      (answer) => {
        listing.setRows(answer.settings);
        return table.root;
      },
      show,
    );
    board.load(app.range, host.data.interval_s);
  };
  return {
    root: h(
      'div',
      { class: 'view' },
      viewHead(
        'Settings and cost',
        `Sonde ${host.version}${machine && ` on ${machine}`}. ${role}`,
        host.login && button('Log out', logOut),
      ),
      h('section', null, h('h2', { text: 'What Sonde costs' }), cost.root, board.root),
      h('section', null, h('h2', { text: 'This page' }), themeChooser()),
      h(
        'section',
        null,
        h('h2', { text: 'Settings' }),
        h('div', { class: 'tools' }, listing.search, h('label', null, only, 'only those that are set')),
        list.root,
      ),
    ),
    board,
    show,
    leave() {
      cost.stop();
      list.stop();
      board.destroy();
    },
  };
}
