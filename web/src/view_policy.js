/* view_policy.js - what Sonde may change here. */
import { h, viewHead } from './dom.js';
import { get } from './api.js';
import { Slot, emptyLine } from './slot.js';

/** @returns {import('./state.js').View} */
export function policyView() {
  const slot = new Slot();
  return {
    root: h(
      'div',
      { class: 'view' },
      viewHead('Policy', 'What Sonde may change on this machine, what it tried, and what it put back.'),
      slot.root,
    ),
    show: () =>
      slot.load(
        (signal) => get('policy', {}, signal),
        (answer) =>
          answer.available
            ? h('pre', { text: JSON.stringify(answer, null, 2) })
            : emptyLine('Sonde changes nothing on this machine.', answer.reason),
      ),
    leave: () => slot.stop(),
  };
}
