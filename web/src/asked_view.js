/* asked_view.js - a view that is one answer of the API, asked for again while this machine is recorded. */
import { h, viewHead } from './dom.js';
import { get, live } from './api.js';
import { app } from './state.js';
import { Slot } from './slot.js';

export class AskedView {
  /**
   * @param {string} path - of the API
   * @param {{title: string, about: string, kind: string, againMs: number}} how - kind: of the events that make it old
   */
  constructor(path, { title, about, kind, againMs }) {
    this.path = path;
    this.againMs = againMs;
    this.slot = new Slot();
    this.told = h('div'); // what came of a click
    this.timer = 0;
    this.left = false;
    this.off = live.on('event', (event) => event.kind === kind && app.host.data.live && this.show());
    this.root = h('div', { class: 'view' }, viewHead(title, about), this.told, this.slot.root);
  }

  async show() {
    clearTimeout(this.timer);
    if (this.left) return; // what was changed meanwhile is of no interest
    if (app.host.data.live) this.timer = window.setTimeout(() => this.show(), this.againMs);
    await this.slot.load(
      (signal) => get(this.path, {}, signal),
      (all) => this.sections(all),
    );
  }

  leave() {
    this.left = true;
    clearTimeout(this.timer);
    this.off();
    this.slot.stop();
  }

  /** @param {any} all - the answer @returns {any} what is shown of it */
  sections(all) {
    return all;
  }
}
