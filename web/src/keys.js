/* keys.js - the keyboard: g and a letter for views, arrows, plus and minus for the range, ? tells them. */
import { h } from './dom.js';
import { closeDialog, dialogIsOpen, openDialog } from './dialog.js';
import { goBack, goMoved, goView } from './state.js';
import { VIEWS_HERE } from './views.js';

const WAIT_MS = 1500;

/** @param {Event} event */
function isTyping(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  return target.matches?.('input:not([type=checkbox]):not([type=radio]), select, textarea');
}

/** Does what has the focus need the arrows itself: to choose, or to scroll? @param {Event} event */
function takesArrows(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  return target.closest?.('input, select, [role=region], pre') != null;
}

export function showHelp() {
  /** @param {string} key @param {string} what */
  const row = (key, what) =>
    h(
      'tr',
      null,
      h(
        'td',
        null,
        key.split(' ').map((one) => [h('kbd', { text: one }), ' ']),
      ),
      h('td', { text: what }),
    );
  openDialog(
    'Keyboard and help',
    h(
      'div',
      { class: 'columns' },
      h(
        'section',
        null,
        h('h3', { text: 'Views' }),
        h(
          'table',
          null,
          h(
            'tbody',
            null,
            VIEWS_HERE.map(({ title, letter }) => row(`g ${letter}`, title)),
          ),
        ),
      ),
      h(
        'section',
        null,
        h('h3', { text: 'Range' }),
        h(
          'table',
          null,
          h(
            'tbody',
            null,
            row('\u2190 \u2192', 'earlier, later'),
            row('+ -', 'zoom in, zoom out'),
            row('Esc', 'back'),
            row('/', 'ask a question'),
            row('?', 'this help'),
          ),
        ),
        h('h3', { text: 'Charts' }),
        h(
          'ul',
          { class: 'plain' },
          h('li', {
            text: 'Drag to zoom, Shift and drag to move; on a touch screen one finger moves, two fingers zoom.',
          }),
          h('li', {
            text: 'The shaded band is where it mostly is, nine times of ten; amber and red stretches are episodes.',
          }),
          h('li', { text: 'A shade around a line shows the lowest and highest of what a point stands for.' }),
          h('li', { text: '\u201ctable\u201d opens the numbers behind a chart.' }),
        ),
      ),
    ),
  );
}

/** @param {HTMLInputElement} ask - where a question is typed */
export function startKeys(ask) {
  let led = 0;

  /** @type {Record<string, () => void>} */
  const plain = {
    '/': () => ask.focus(),
    '?': showHelp,
    ArrowLeft: () => goMoved(-0.25, 1),
    ArrowRight: () => goMoved(0.25, 1),
    '+': () => goMoved(0, 0.5),
    '=': () => goMoved(0, 0.5),
    '-': () => goMoved(0, 2),
    Escape: goBack,
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Escape' && (dialogIsOpen() || isTyping(event))) {
      closeDialog();
      /** @type {HTMLElement} */ (event.target).blur?.();
      return;
    }
    if (isTyping(event) || dialogIsOpen()) return;
    if (event.key.startsWith('Arrow') && takesArrows(event)) return;
    const view = Date.now() - led < WAIT_MS && VIEWS_HERE.find(({ letter }) => letter === event.key);
    led = event.key === 'g' ? Date.now() : 0;
    if (!view && !plain[event.key]) return;
    event.preventDefault();
    if (view) goView(view.name);
    else plain[event.key]();
  });
}
