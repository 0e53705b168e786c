/* view_alerts.js - what rules raised, what is over, which rules there are; one click silences one for a while. */
import { h, button, fill } from './dom.js';
import { send } from './api.js';
import { counted, localTimes, span, when } from './format.js';
import { app } from './state.js';
import { emptyLine, faultBox } from './slot.js';
import { plainTable } from './table.js';
import { severityMark } from './findings.js';
import { AskedView } from './asked_view.js';

/** @typedef {{rule: string, metric: string | null, severity: string, since_ms: number, end_ms: number | null,
 *   told: boolean, value: number | null, unit: string, text: string}} Raised */
/** @typedef {{alerts: any[], raised: Raised[], past: Raised[], silences: {rule: string, until_ms: number}[],
 *   rules: {name: string, text: string, own: boolean}[]}} Alerts */

const SILENCE_MINUTES = 120;

/** Until when a rule is silenced; 0: it is not. @param {Alerts} all @param {string} rule */
function silencedUntil({ silences }, rule) {
  return Math.max(0, ...silences.filter((one) => one.rule === rule || one.rule === 'all').map((one) => one.until_ms));
}

/** What a rule says behind its name. @param {{name: string, text: string}} rule */
function ruleText({ name, text }) {
  return text.startsWith(`${name}:`) ? text.slice(name.length + 1).trim() : text;
}

class AlertsView extends AskedView {
  constructor() {
    super('alerts', {
      title: 'Alerts',
      about: 'What rules raised while this machine was recorded: now, and before.',
      kind: 'alert',
      againMs: 15000,
    });
  }

  /** @param {() => Promise<any>} act */
  async change(act) {
    try {
      await act();
      fill(this.told);
      await this.show();
    } catch (why) {
      fill(this.told, faultBox(/** @type {any} */ (why), () => this.change(act)));
    }
  }

  /** @param {Alerts} all @param {string} rule */
  silence(all, rule) {
    const until = silencedUntil(all, rule);
    const byAll = all.silences.some((one) => one.rule === 'all');
    if (app.host.role !== 'full')
      return until ? h('span', { class: 'more', text: `silenced until ${when(until)}` }) : null;
    return until
      ? [
          h('span', { class: 'more', text: `silenced until ${when(until)} ` }),
          button('Tell again', () => this.change(() => this.tellAgain(byAll ? 'all' : rule)), {
            'aria-label': `Tell again: ${byAll ? 'every rule' : rule}`,
          }),
        ]
      : button('Silence 2 h', () => this.change(() => this.tellNothing(rule)), {
          'aria-label': `Silence 2 h: ${rule}`,
        });
  }

  /** @param {string} rule */
  tellNothing(rule) {
    return send('POST', 'alerts/silences', { rule, minutes: SILENCE_MINUTES });
  }

  /** @param {string} rule */
  tellAgain(rule) {
    return send('DELETE', `alerts/silences/${encodeURIComponent(rule)}`);
  }

  /** @param {Alerts} all @param {Raised} alert */
  raisedItem(all, alert) {
    return h(
      'li',
      { class: 'finding' },
      h(
        'span',
        { class: 'finding-head' },
        h('b', { text: alert.rule }),
        h('time', { text: `since ${when(alert.since_ms)}, for ${span((Date.now() - alert.since_ms) / 1000)}` }),
        severityMark(alert.severity),
      ),
      h('span', { class: 'finding-text', text: localTimes(alert.text, alert.since_ms) }),
      h('span', { class: 'alert-acts' }, this.silence(all, alert.rule)),
    );
  }

  /** @param {Alerts} all */
  sections(all) {
    return [
      h(
        'section',
        null,
        h('h2', { text: all.raised.length ? counted(all.raised.length, 'alert') : 'Now' }),
        all.raised.length
          ? h(
              'ul',
              { class: 'findings' },
              all.raised.map((alert) => this.raisedItem(all, alert)),
            )
          : emptyLine('Nothing is raised.', app.host.data.live ? '' : 'Nothing is recorded now.'),
      ),
      h('section', null, h('h2', { text: 'Over' }), this.past(all.past)),
      h(
        'section',
        null,
        h('h2', { text: 'Rules' }),
        all.rules.length ? this.rules(all) : emptyLine('No rule is known here.'),
      ),
    ];
  }

  /** @param {Raised[]} past */
  past(past) {
    if (!past.length) return emptyLine('None was raised before.');
    return h(
      'div',
      { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': 'Alerts that are over' },
      plainTable(
        'Alerts that are over',
        [
          { label: 'since', show: (row) => when(row.since_ms) },
          { label: 'lasted', num: true, show: (row) => span((row.end_ms - row.since_ms) / 1000) },
          { label: 'severity', show: (row) => severityMark(row.severity) },
          { label: 'rule', show: (row) => row.rule },
          { label: 'what', narrow: true, show: (row) => localTimes(row.text, row.since_ms) },
        ],
        past,
        { unseen: true },
      ),
    );
  }

  /** @param {Alerts} all */
  rules(all) {
    return h(
      'div',
      { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': 'Rules' },
      plainTable(
        'Rules',
        [
          { label: 'rule', show: (row) => h('b', { text: row.name }) },
          { label: 'when', show: (row) => h('code', { text: ruleText(row) }) },
          { label: 'from', narrow: true, show: (row) => (row.own ? 'the configuration' : 'Sonde') },
          { label: '', show: (row) => this.silence(all, row.name) },
        ],
        all.rules,
        { unseen: true },
      ),
    );
  }
}

/** @returns {import('./state.js').View} */
export function alertsView() {
  return new AlertsView();
}
