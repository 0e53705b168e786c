/* main.js - the page begins here: the shell, the machine, then the view that the address names. */
import { h, button } from './dom.js';
import { live, whenLoginIsNeeded } from './api.js';
import { isOneFile } from './onefile.js';
import { app, goFromTo, loadMachine, readAddress, slide } from './state.js';
import { startTheme } from './theme.js';
import { Shell } from './shell.js';
import { showHelp, startKeys } from './keys.js';
import { loginView } from './login.js';
import { Board } from './board.js';
import { overviewView } from './view_overview.js';
import { exploreView } from './view_explore.js';
import { processesView } from './view_processes.js';
import { anomaliesView } from './view_anomalies.js';
import { forecastsView } from './view_forecasts.js';
import { statesView } from './view_states.js';
import { sensorsView } from './view_sensors.js';
import { sessionsView } from './view_sessions.js';
import { compareView } from './view_compare.js';
import { analysisView, eventsView, policyView } from './view_small.js';
import { chatView } from './view_chat.js';
import { settingsView } from './view_settings.js';

/** @type {Record<string, () => import('./state.js').View>} */
const VIEWS = {
  overview: overviewView,
  explore: exploreView,
  processes: processesView,
  anomalies: anomaliesView,
  forecasts: forecastsView,
  states: statesView,
  sensors: sensorsView,
  sessions: sessionsView,
  compare: compareView,
  events: eventsView,
  analysis: analysisView,
  chat: chatView,
  policy: policyView,
  settings: settingsView,
};
const RETRY_MS = 3000;

class Page {
  constructor() {
    startTheme();
    document.body.classList.toggle('one-file', isOneFile);
    this.shell = new Shell(showHelp);
    startKeys(this.shell.ask);
    /** @type {import('./state.js').View | null} */
    this.view = null;
    this.name = '';
    whenLoginIsNeeded(() => this.askToken());
    live.on('now', (now) => {
      app.now = now;
      slide();
    });
    live.on('state', (open) => this.reopened(open));
    addEventListener('hashchange', () => this.route());
    this.wasOpen = false;
    this.retry = 0;
    this.locked = false;
  }

  async begin() {
    clearTimeout(this.retry);
    try {
      await loadMachine();
    } catch (why) {
      this.failed(/** @type {any} */ (why));
      return;
    }
    this.lock(false);
    this.shell.showMachine();
    this.route();
    if (!isOneFile) live.start();
  }

  /** @param {{message: string, remedy?: string, status?: number}} why */
  failed(why) {
    if (this.locked) return;
    if (!('status' in why)) console.error(why);
    this.shell.show(
      h(
        'div',
        { class: 'fault', role: 'alert' },
        h('p', { text: `${why.message}.` }),
        why.remedy && h('p', { class: 'more', text: `What helps: ${why.remedy}.` }),
        button('Try again', () => this.begin()),
      ),
    );
    if ([0, 404, 503].includes(why.status ?? -1))
      this.retry = window.setTimeout(() => this.begin(), RETRY_MS);
  }

  /** @param {boolean} locked - nothing but the token is of use then */
  lock(locked) {
    this.locked = locked;
    document.body.classList.toggle('locked', locked);
  }

  askToken() {
    if (this.locked) return;
    this.lock(true);
    live.stop();
    this.leave();
    this.shell.show(loginView(() => this.begin()));
  }

  /** What was missed while the stream was broken is fetched. @param {boolean} open */
  reopened(open) {
    if (open && this.wasOpen && app.range.live) this.route();
    this.wasOpen ||= open;
  }

  leave() {
    this.view?.leave?.();
    this.view = null;
    this.name = '';
  }

  route() {
    if (!app.host.data || this.locked) return;
    readAddress();
    const name = app.route.view in VIEWS ? app.route.view : 'overview';
    this.shell.showRoute();
    if (name !== this.name || !this.view) this.open(name);
    this.view?.show();
  }

  /** @param {string} name */
  open(name) {
    const before = this.view;
    this.leave();
    const view = (this.view = VIEWS[name]());
    this.name = name;
    if (view.board) {
      view.board.group.onRange = goFromTo;
      view.board.group.onTime = (ms) => this.shell.showTime(Board.timeText(ms));
    } else {
      live.want([]);
    }
    this.shell.showTime('');
    this.shell.show(view.root);
    if (before) this.shell.main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

new Page().begin();
if (!isOneFile && isSecureContext && 'serviceWorker' in navigator)
  navigator.serviceWorker.register('sw.js').catch(() => {});
