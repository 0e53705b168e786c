/* beside.js - a language model that the person named, asked beside the rules: what it gets, and what it said. */
import { h, button, field } from './dom.js';
import { send } from './api.js';
import { app } from './state.js';

/** Whom questions may be put to as well; null where none is named. */
const besideName = () => {
  const { endpoint } = app.host;
  return endpoint ? `${endpoint.model} at ${endpoint.host}` : null;
};

/** The switch, off at the start: `label` is null where there is nobody to ask. */
export function besideSwitch() {
  const input = field({ type: 'checkbox', name: 'endpoint' });
  const name = besideName();
  return {
    on: () => input.checked,
    label: name && h('label', { class: 'beside-switch' }, input, `Put it to ${name}, too`),
  };
}

/**
 * What stands below an answer.
 * @param {any} answer
 * @param {{question: string, context: string | null}} asked  as it was sent
 * @returns {HTMLElement | null}
 */
export function besideOf(answer, asked) {
  if (answer.endpoint) return besideSaid(answer.endpoint);
  return besideName() ? besidePreview(asked) : null;
}

/** @param {{host: string, model: string, sent: string, text: string, not_in_data: string[], error: string}} said */
function besideSaid({ host, model, sent, text, not_in_data: loose, error }) {
  return h(
    'section',
    { class: 'beside', 'aria-label': `From ${model}` },
    h('h3', { text: model ? `From ${model} at ${host}, not checked by Sonde` : 'Nobody was asked' }),
    text?.split('\n').map((line) => line && h('p', { text: line })),
    loose.length > 0 && h('p', { class: 'loose', text: `Not in the data: ${loose.join(', ')}` }),
    error && h('p', { class: 'fault', text: `No answer: ${error}.` }),
    h('details', null, h('summary', { text: 'What it was sent' }), besideBytes(sent)),
  );
}

/** @param {string | null} sent */
function besideBytes(sent) {
  return h('pre', { class: 'sent', tabindex: '0', text: sent ?? '' });
}

/**
 * Looked up when it is opened; sent by its button only.
 * @param {{question: string, context: string | null}} asked
 */
function besidePreview(asked) {
  const place = h('div', { class: 'beside' });
  const details = h('details', null, h('summary', { text: `What ${besideName()} would be sent` }), place);
  /** @param {object} how */
  const ask = async (how) => {
    try {
      return (await send('POST', 'ask', { ...asked, ...how })).endpoint;
    } catch (why) {
      const { message } = /** @type {Error} */ (why);
      return { ...app.host.endpoint, sent: null, text: null, not_in_data: [], error: message };
    }
  };
  details.addEventListener('toggle', async () => {
    if (place.childElementCount) return;
    const { sent, error } = await ask({ preview: true });
    const go = button('Send it', async () => {
      place.replaceChildren(h('p', { class: 'pending', text: 'Waiting for its answer' }));
      details.replaceWith(besideSaid(await ask({ endpoint: true })));
    });
    place.replaceChildren(error ? h('p', { class: 'fault', text: `${error}.` }) : besideBytes(sent));
    if (app.host.role === 'full') place.append(go);
  });
  return details;
}
