/* slot.js - a place on the page that is filled by an answer: loading, empty, an error with what to do, or content. */
import { h, button, fill } from './dom.js';

/** A line in place of what is not there. @param {string} text @param {string} [more] */
export function emptyLine(text, more) {
  return h('p', { class: 'empty' }, text, more && h('span', { class: 'more', text: ` ${more}` }));
}

/**
 * What failed, what helps, and another try.
 * @param {{message: string, remedy?: string, status?: number}} why
 * @param {() => void} again
 * @param {string} [text]
 */
export function faultBox(why, again, text = why.message) {
  if (!('status' in why)) console.error(why); // a fault of ours
  return h(
    'div',
    { class: 'fault', role: 'alert' },
    h('p', { text: `${text}.` }),
    why.remedy && h('p', { class: 'more', text: `What helps: ${why.remedy}.` }),
    button('Try again', again),
  );
}

export class Slot {
  /** @param {string} [name] - class */
  constructor(name) {
    this.root = h('div', { class: `slot ${name ?? ''}` }, emptyLine('Loading'));
    /** @type {AbortController | null} */
    this.asking = null;
  }

  /**
   * Asks, then shows. What stands there stays until the answer has come, and an older answer never
   * replaces a newer one.
   * @param {(signal: AbortSignal) => Promise<any>} ask
   * @param {(answer: any) => any} show - returns what to put there, or nothing when it did so itself
   * @param {() => void} [again] - where ask only waits for an answer that others wait for, too
   */
  async load(ask, show, again = () => this.load(ask, show)) {
    this.asking?.abort();
    const mine = (this.asking = new AbortController());
    this.root.setAttribute('aria-busy', 'true');
    try {
      const answer = await ask(mine.signal);
      if (mine.signal.aborted) return;
      const content = show(answer);
      if (content !== undefined) fill(this.root, content);
    } catch (why) {
      if (mine.signal.aborted) return;
      this.fail(why, again);
    }
    this.root.removeAttribute('aria-busy');
  }

  /** @param {any} why @param {() => void} again */
  fail(why, again) {
    fill(this.root, faultBox(why, again, `This could not be shown: ${why.message}`));
  }

  stop() {
    this.asking?.abort();
  }
}
