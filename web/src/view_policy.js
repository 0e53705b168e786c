/* view_policy.js - what Sonde set on this machine, for what, and what came of it; one click sets it back. */
import { h, button, fill } from './dom.js';
import { send } from './api.js';
import { span, when } from './format.js';
import { app } from './state.js';
import { emptyLine, faultBox } from './slot.js';
import { plainTable } from './table.js';
import { AskedView } from './asked_view.js';

/** @typedef {{knob: string, instance: string | null, pid: number | null, old: string | null, set: string,
 *   now: string | null, undone: string | null}} Step */
/** @typedef {{id: string, command: string, what: string, intent: string | null, owner: number, owner_lives: boolean,
 *   begun_ms: number, until_ms: number | null, ended_ms: number | null, effect: string | null, steps: Step[]}} Deed */
/** @typedef {{workload: string, intent: string, metric: string, arm: string | null, ratio: number | null,
 *   low: number | null, high: number | null, pairs: number, won: number, at_ms: number, verdict: string}} Learned */
/** @typedef {{open: Deed[], past: Deed[], learned: Learned[], neighbours: {name: string, pid: number | null,
 *   holds: string, advice: string}[]}} Policy */

/** @param {Step} step */
function stepName({ knob, instance }) {
  return instance ? `${knob} of ${instance}` : knob;
}

/** Why a step is not back, or that it stands. @param {Step} step */
function stepFate({ undone }) {
  const fates = {
    restored: 'set back',
    same: 'was back already',
    kept: 'left: somebody else changed it',
    gone: 'ended with its process',
    passed: 'left to another that has set it over',
    failed: 'could not be set back',
    refused: 'the kernel refused it',
  };
  return undone ? fates[/** @type {keyof fates} */ (undone)] ?? undone : '';
}

/** How much better the metric was: 1.5 is half as long again without it. @param {Learned} one */
function effectText({ ratio, low, high, pairs, won }) {
  if (ratio === null) return '';
  const times = (/** @type {number | null} */ v) => (v === null ? '?' : v.toFixed(2));
  return `${times(ratio)} x better (${times(low)} to ${times(high)}), won ${won} of ${pairs}`;
}

class PolicyView extends AskedView {
  constructor() {
    super('policy', {
      title: 'Policy',
      about: 'What Sonde set on this machine, for what, and what it set back.',
      kind: 'policy',
      againMs: 5000,
    });
  }

  /** @param {Deed} deed */
  async revert(deed) {
    try {
      const undone = await send('DELETE', `policy/${encodeURIComponent(deed.id)}`);
      fill(this.told, undone.lines ? h('p', { class: 'more', role: 'status', text: undone.lines }) : null);
      await this.show();
    } catch (why) {
      fill(this.told, faultBox(/** @type {any} */ (why), () => this.revert(deed)));
    }
  }

  /** @param {Policy} all */
  sections(all) {
    return [
      h(
        'section',
        null,
        h('h2', { text: 'Set now' }),
        all.open.length
          ? h(
              'ul',
              { class: 'findings' },
              all.open.map((deed) => this.openItem(deed)),
            )
          : emptyLine('Nothing is set.', 'A program gets a policy by: sonde run --intent latency -- COMMAND'),
      ),
      all.neighbours.length > 0 &&
        h('section', null, h('h2', { text: 'Who else tunes here' }), this.neighbours(all.neighbours)),
      h(
        'section',
        null,
        h('h2', { text: 'Learned here' }),
        all.learned.length
          ? this.learned(all.learned)
          : emptyLine(
              'Nothing was tried yet.',
              'Trials are made by: sonde policy learn --intent throughput -- COMMAND',
            ),
      ),
      h(
        'section',
        null,
        h('h2', { text: 'Before' }),
        all.past.length ? this.past(all.past) : emptyLine('Nothing was set.'),
      ),
    ];
  }

  /** @param {Deed} deed */
  openItem(deed) {
    const until = deed.until_ms ? `, until ${when(deed.until_ms)}` : '';
    const lasted = span((Date.now() - deed.begun_ms) / 1000);
    const by = `${deed.command}, since ${when(deed.begun_ms)}, for ${lasted}${until}`;
    return h(
      'li',
      { class: 'finding' },
      h(
        'span',
        { class: 'finding-head' },
        h('b', { text: deed.intent ? `${deed.intent}: ${deed.what}` : deed.what }),
        h('time', { text: by }),
      ),
      deed.effect && h('span', { class: 'finding-text', text: deed.effect }),
      !deed.owner_lives &&
        h('span', {
          class: 'finding-text',
          text: 'Who set it has ended without setting it back; the next command does.',
        }),
      this.steps(deed),
      h(
        'span',
        { class: 'alert-acts' },
        app.host.role === 'full' &&
          button('Set back', () => this.revert(deed), { 'aria-label': `Set back: ${deed.what}` }),
      ),
    );
  }

  /** @param {Deed} deed */
  steps(deed) {
    return h(
      'ul',
      { class: 'steps' },
      deed.steps.map((step) =>
        h(
          'li',
          null,
          h('code', { text: stepName(step) }),
          ` ${step.old ?? 'not set'} → ${step.now ?? step.set}`,
          step.pid ? h('span', { class: 'more', text: ` of process ${step.pid}` }) : null,
          step.undone ? h('span', { class: 'more', text: `, ${stepFate(step)}` }) : null,
        ),
      ),
    );
  }

  /** @param {Policy['neighbours']} neighbours */
  neighbours(neighbours) {
    return this.table('Who else tunes here', neighbours, [
      { label: 'program', show: (row) => h('b', { text: row.name }) },
      { label: 'holds', show: (row) => row.holds },
      { label: 'instead', narrow: true, show: (row) => row.advice },
    ]);
  }

  /** @param {Learned[]} learned */
  learned(learned) {
    return this.table('Learned here', learned, [
      { label: 'when', show: (row) => when(row.at_ms) },
      { label: 'goal', show: (row) => row.intent },
      { label: 'work', show: (row) => row.workload },
      { label: 'measured by', show: (row) => row.metric },
      { label: 'what is set', show: (row) => h('code', { text: row.arm ?? 'nothing' }) },
      { label: 'effect', show: (row) => effectText(row) },
      { label: 'verdict', narrow: true, show: (row) => row.verdict },
    ]);
  }

  /** @param {Deed[]} past */
  past(past) {
    return this.table('Set before', past, [
      { label: 'from', show: (row) => when(row.begun_ms) },
      { label: 'for', num: true, show: (row) => span(((row.ended_ms ?? row.begun_ms) - row.begun_ms) / 1000) },
      { label: 'by', show: (row) => row.command },
      { label: 'goal', show: (row) => row.intent ?? '' },
      { label: 'what for', show: (row) => row.what },
      { label: 'knobs', narrow: true, show: (row) => [row.effect, this.steps(row)] },
    ]);
  }

  /** @param {string} name @param {any[]} rows @param {import('./table.js').ColumnOf[]} columns */
  table(name, rows, columns) {
    return h(
      'div',
      { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': name },
      plainTable(name, columns, rows, { unseen: true }),
    );
  }
}

/** @returns {import('./state.js').View} */
export function policyView() {
  return new PolicyView();
}
