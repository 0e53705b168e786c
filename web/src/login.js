/* login.js - where the server wants a token first, and back out. */
import { h, field } from './dom.js';
import { send } from './api.js';

/** Ends the session; the page begins anew, and asks for the token. */
export async function logOut() {
  await send('POST', '/logout', {});
  location.reload();
}

/** @param {() => void} done @returns {HTMLElement} */
export function loginView(done) {
  const token = field({
    type: 'password',
    required: true,
    'aria-label': 'Token',
    autocomplete: 'current-password',
  });
  const fault = h('p', { class: 'fault', role: 'alert', hidden: true });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      await send('POST', '/login', { token: token.value.trim() });
      done();
    } catch (why) {
      const { status, message } = /** @type {import('./api.js').Refused} */ (why);
      fault.textContent =
        status === 429
          ? 'Too many attempts; wait a minute.'
          : status === 401 || status === 403
            ? 'This token is not the right one.'
            : `Not logged in: ${message}.`;
      fault.hidden = false;
      token.select();
    }
  };
  queueMicrotask(() => token.focus());
  return h(
    'form',
    { class: 'login stack', on: { submit } },
    h('h1', { text: 'Token' }),
    h('p', {
      class: 'more',
      text: 'This machine shows itself only to those who have its token. sonde serve printed it once, when it began.',
    }),
    h('label', null, 'Token', token),
    fault,
    h('button', { type: 'submit', text: 'Log in' }),
  );
}
