/* main.js - the page begins here: the shell, the machine, then the view that the address names. */
import { live, whenLoginIsNeeded } from './api.js';
import { isOneFile } from './onefile.js';
import { app, goFromTo, loadMachine, readAddress, slide } from './state.js';
import { startTheme } from './theme.js';
import { Shell } from './shell.js';
import { showHelp, startKeys } from './keys.js';
import { loginView } from './login.js';
import { Board } from './board.js';
import { faultBox } from './slot.js';
import { VIEWS_HERE } from './views.js';

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
    this.shell.show(faultBox(why, () => this.begin()));
    clearTimeout(this.retry);
    if ([0, 404, 503].includes(why.status ?? -1)) this.retry = window.setTimeout(() => this.begin(), RETRY_MS);
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
    const { name, make } = VIEWS_HERE.find((view) => view.name === app.route.view) ?? VIEWS_HERE[0];
    this.shell.showRoute();
    if (name !== this.name || !this.view) this.open(name, make);
    this.view?.show();
  }

  /** @param {string} name @param {() => import('./state.js').View} make */
  open(name, make) {
    const before = this.view;
    this.leave();
    const view = (this.view = make());
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
