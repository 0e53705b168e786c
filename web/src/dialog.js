/* dialog.js - what floats above the page: one at a time, closed by Esc. */
import { h, button } from './dom.js';

/** @type {HTMLDialogElement | null} */
let shown = null;

export function closeDialog() {
  shown?.close();
}

export const dialogIsOpen = () => shown != null;

/**
 * @param {string} title
 * @param {...any} children
 */
export function openDialog(title, ...children) {
  closeDialog();
  const dialog = /** @type {HTMLDialogElement} */ (
    h(
      'dialog',
      { 'aria-label': title },
      h(
        'header',
        null,
        h('h2', { text: title }),
        button('Close', () => closeDialog(), { class: 'quiet' }),
      ),
      children,
    )
  );
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (shown === dialog) shown = null;
  });
  document.body.append(dialog);
  shown = dialog;
  dialog.showModal();
  return dialog;
}
