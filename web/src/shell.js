/* shell.js - what stands around every view: machine, range, question, navigation, and whether values are fresh. */
import { h, button, field, fill, setText, link } from './dom.js';
import { live } from './api.js';
import { period, span, zone } from './format.js';
import { ageOfNow, app, goKey, goTo, here, isStale } from './state.js';
import { hashOf, RANGES } from './route.js';
import { chooseTheme } from './theme.js';
import { VIEWS_HERE } from './views.js';

export class Shell {
  /** @param {() => void} help */
  constructor(help) {
    this.machine = h('span', { class: 'machine' });
    this.fresh = h('span', { class: 'fresh', role: 'status' });
    this.ranges = Object.keys(RANGES).map((key) =>
      button(key, () => goKey(key), { class: 'range', 'data-range': key }),
    );
    this.range = h('output', { class: 'range-text', 'aria-label': 'Range' });
    this.ask = field({ type: 'search', placeholder: 'Ask', 'aria-label': 'Ask about this machine', name: 'ask' });
    this.links = VIEWS_HERE.map(({ name, title }) => link(title, hashOf(name)));
    this.main = h('main', { id: 'main', tabindex: '-1' }, h('p', { class: 'empty', text: 'Loading' }));
    this.at = '';
    const form = h(
      'form',
      { class: 'ask needs-server', role: 'search', on: { submit: (/** @type {Event} */ event) => this.submit(event) } },
      this.ask,
    );
    fill(
      document.body,
      link('To the content', '#main', {
        class: 'skip',
        on: {
          click: (/** @type {Event} */ event) => {
            event.preventDefault();
            this.main.focus();
          },
        },
      }),
      h(
        'header',
        { class: 'top' },
        h('a', { class: 'brand', href: hashOf('overview') }, 'sonde'),
        this.machine,
        this.fresh,
        h('div', { class: 'ranges', role: 'group', 'aria-label': 'Range' }, this.ranges),
        this.range,
        form,
        button('\u25d0', () => this.flipTheme(), {
          class: 'icon',
          'aria-label': 'Dark or light',
          title: 'Dark or light',
        }),
        button('?', help, { class: 'icon', 'aria-label': 'Keyboard and help', title: 'Keyboard and help' }),
      ),
      h('nav', { 'aria-label': 'Views' }, this.links),
      this.main,
    );
    setInterval(() => this.showFresh(), 1000);
    live.on('state', () => this.showFresh());
    live.on('now', () => this.showFresh());
  }

  /** @param {Event} event */
  submit(event) {
    event.preventDefault();
    const q = this.ask.value.trim();
    if (q) goTo(here('chat', { q }));
    this.ask.value = '';
  }

  flipTheme() {
    chooseTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
  }

  showMachine() {
    const { cpu, cores, os, data } = app.host;
    const machine = [cpu, cores && `${cores} cores`].filter(Boolean).join(', ');
    setText(this.machine, data.replay ? `recording: ${data.replay}` : machine || 'this machine');
    this.machine.title = [cpu, os, app.host.hardware_id].filter(Boolean).join(', ');
  }

  /** The view and range of the address. */
  showRoute() {
    const { view } = app.route;
    this.links.forEach((node, i) => {
      const { name, title } = VIEWS_HERE[i];
      node.setAttribute('href', here(name));
      if (name === view) node.setAttribute('aria-current', 'page');
      else node.removeAttribute('aria-current');
      if (name === view) {
        document.title = `${title} - Sonde`;
        node.scrollIntoView({ block: 'nearest', inline: 'center' });
      }
    });
    for (const node of this.ranges) node.setAttribute('aria-pressed', String(node.dataset.range === app.range.key));
    this.showRange();
  }

  showRange() {
    setText(
      this.range,
      this.at ||
        (app.range.key && app.range.live
          ? `to now, ${zone()}`
          : `${period(app.range.from, app.range.to)} ${zone()}`),
    );
  }

  /** The instant under the pointer takes the place of the range. @param {string} text */
  showTime(text) {
    this.at = text;
    this.showRange();
  }

  /** Stale values are told, in every view. */
  showFresh() {
    if (!app.host.data) return;
    const age = ageOfNow();
    const stale = isStale();
    this.fresh.classList.toggle('stale', stale);
    document.body.classList.toggle('is-stale', stale);
    setText(
      this.fresh,
      app.host.data.replay
        ? 'replay'
        : !app.host.data.live
          ? 'nothing is recorded now'
          : age == null
            ? 'waiting for a value'
            : stale
              ? `last value ${span(age)} ago`
              : 'live',
    );
  }

  /** @param {HTMLElement} root */
  show(root) {
    fill(this.main, root);
  }
}
