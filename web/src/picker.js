/* picker.js - choosing among all metrics, by search. */
import { h, field, fill, setText } from './dom.js';
import { counted } from './format.js';
import { hasWords } from './listing.js';
import { AREA_ORDER, areaTitle, titleOf } from './names.js';
import { app } from './state.js';

/** @typedef {import('./names.js').Metric} Metric */

const SHOWN_MOST = 120;
const FOLDED = '(max-width: 900px)'; // as in style.css: the charts would begin below the screen

/** Area by area, and counters last: their rates say more. @param {Metric} metric */
function rank(metric) {
  const area = AREA_ORDER.indexOf(metric.area);
  return 2 * (area < 0 ? AREA_ORDER.length : area) + (metric.kind === 'counter' ? 1 : 0);
}

export class Picker {
  /** @param {(ids: string[]) => void} chosen - told at every change */
  constructor(chosen) {
    this.told = chosen;
    /** @type {Set<string>} */
    this.chosen = new Set();
    this.search = field({
      type: 'search',
      placeholder: 'Search metrics',
      'aria-label': 'Search metrics',
      on: { input: () => this.draw() },
    });
    this.list = h('div', { class: 'picker-list', role: 'group', 'aria-label': 'Metrics' });
    this.summary = h('summary');
    this.root = /** @type {HTMLDetailsElement} */ (
      h(
        'details',
        { class: 'picker' },
        this.summary,
        h('div', { class: 'picker-inside' }, this.search, this.list),
      )
    );
    this.narrow = matchMedia(FOLDED);
    this.narrow.addEventListener('change', this.fold);
    this.fold();
    /** What is searched in, made once. @type {[Metric, string, string][]} */
    this.texts = [...app.metrics]
      .sort((a, b) => rank(a) - rank(b))
      .map((metric) => {
        const title = titleOf(metric.id, metric.help);
        return [metric, title, `${metric.id} ${title} ${metric.help} ${metric.unit}`];
      });
  }

  /** Beside the charts it is always open. */
  fold = () => {
    this.root.open = !this.narrow.matches;
  };

  leave() {
    this.narrow.removeEventListener('change', this.fold);
  }

  /** @param {string[]} ids */
  setChosen(ids) {
    setText(this.summary, `Metrics: ${ids.length} chosen`);
    const same = ids.length === this.chosen.size && ids.every((id) => this.chosen.has(id));
    this.chosen = new Set(ids);
    if (!same || !this.list.firstChild) this.draw();
  }

  found() {
    const found = this.texts.filter(([, , text]) => hasWords(text, this.search.value));
    // What is chosen stands first, so that it can be taken away.
    return [
      ...found.filter(([metric]) => this.chosen.has(metric.id)),
      ...found.filter(([metric]) => !this.chosen.has(metric.id)),
    ];
  }

  draw() {
    const found = this.found();
    const items = [];
    let area = '';
    for (const [metric, title] of found.slice(0, SHOWN_MOST)) {
      const heading = this.chosen.has(metric.id) ? 'Chosen' : areaTitle(metric.area);
      if (heading !== area) items.push(h('h3', { text: heading }));
      area = heading;
      items.push(this.item(metric, title));
    }
    const rest = found.length - SHOWN_MOST;
    fill(
      this.list,
      items,
      h('p', {
        class: 'more',
        text: !found.length
          ? 'No metric has these words.'
          : rest > 0
            ? `and ${counted(rest, 'metric')} more: type to find them`
            : counted(found.length, 'metric'),
      }),
    );
  }

  /** @param {Metric} metric @param {string} title */
  item(metric, title) {
    const box = field({
      type: 'checkbox',
      checked: this.chosen.has(metric.id),
      on: {
        change: () => {
          if (box.checked) this.chosen.add(metric.id);
          else this.chosen.delete(metric.id);
          this.told([...this.chosen]);
        },
      },
    });
    return h(
      'label',
      { title: `${metric.help}\nfrom ${metric.source}` },
      box,
      h('span', null, title, h('small', { text: metric.id })),
    );
  }
}
