/* view_chat.js - questions in words, answered with numbers from what was recorded. */
import { h, button, field, link, viewHead } from './dom.js';
import { send } from './api.js';
import { amount, exactly, period, when, zone } from './format.js';
import { besideOf, besideSwitch } from './beside.js';
import { app, goParams } from './state.js';
import { titleOf } from './names.js';
import { Board } from './board.js';
import { plansOf } from './plans.js';

const FIRST_QUESTIONS = [
  'Is everything well?',
  'What uses the processor?',
  'How was the memory in the last hour?',
  'When will / be full?',
  'What changed in the last hour?',
  'Compare today with yesterday',
];

const WELCOME =
  'Answers are looked up in what was recorded on this machine, with numbers, times and a chart. Nothing leaves it';

/** @returns {import('./state.js').View} */
export function chatView() {
  const log = h('div', {
    class: 'chat-log',
    role: 'log',
    'aria-live': 'polite',
    'aria-label': 'Questions and answers',
  });
  const input = field({
    placeholder: 'Ask about this machine',
    'aria-label': 'Question',
    maxlength: '500',
    name: 'q',
  });
  /** @type {Board[]} */
  const boards = [];
  /** what the last answer was about: a follow-up needs it @type {string | null} */
  let context = null;
  let asked = '';
  let isShown = false;
  let hasLeft = false;
  const beside = besideSwitch();

  /** @param {string} question */
  const ask = async (question) => {
    if (!question.trim()) return;
    input.value = '';
    log.querySelector('.suggestions')?.remove();
    const place = h('div', { class: 'answer pending', text: 'Looking it up' });
    log.append(h('p', { class: 'question', text: question }), place);
    place.scrollIntoView({ block: 'nearest' });
    try {
      const body = { question, context, zone_s: -60 * new Date().getTimezoneOffset() };
      const answer = await send('POST', 'ask', beside.on() ? { ...body, endpoint: true } : body);
      if (hasLeft) return; // its charts would live on where nobody sees them
      context = answer.context ?? context;
      place.replaceWith(answerOf(answer, body));
    } catch (why) {
      if (hasLeft) return;
      place.replaceWith(
        h('div', { class: 'answer fault', text: `No answer: ${/** @type {Error} */ (why).message}.` }),
      );
    }
    log.lastElementChild?.scrollIntoView({ block: 'nearest' });
  };

  /**
   * @param {any} answer
   * @param {{question: string, context: string | null}} body
   */
  const answerOf = (answer, body) =>
    h(
      'div',
      { class: `answer ${answer.status}` },
      h('p', { text: answer.text }),
      (answer.logs ?? []).map((/** @type {string} */ line) => h('p', { class: 'more', text: `log ${line}` })),
      factsOf(answer.facts ?? []),
      answer.chart && chartOf(answer.chart),
      answer.from_ms &&
        h(
          'p',
          { class: 'more', text: `From what was recorded ${period(answer.from_ms, answer.to_ms)}. ` },
          answer.link && link('See it in the charts', answer.link),
        ),
      suggestionsOf(answer.suggestions),
      besideOf(answer, body),
    );

  /** @param {string[] | undefined} texts */
  const suggestionsOf = (texts) =>
    texts?.length
      ? h(
          'p',
          { class: 'suggestions' },
          texts.map((text) => button(text, () => ask(text))),
        )
      : null;

  /** @param {{metrics: string[], from_ms: number, to_ms: number}} chart */
  const chartOf = ({ metrics, from_ms, to_ms }) => {
    const board = new Board('board small fit');
    boards.push(board);
    board.setPlans(plansOf(metrics));
    const range = { from: from_ms, to: to_ms, key: null, live: false };
    board.group.onRange = (from, to) => board.load({ ...range, from, to }, app.host.data.interval_s);
    board.load(range, app.host.data.interval_s);
    return board.root;
  };

  const form = h(
    'form',
    {
      class: 'ask-form',
      on: {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          ask(input.value);
        },
      },
    },
    input,
    h('button', { type: 'submit', text: 'Ask' }),
  );
  const welcome = WELCOME + (beside.label ? ', but for the questions that you put elsewhere.' : '.');
  log.append(h('div', { class: 'answer' }, h('p', { text: welcome }), suggestionsOf(FIRST_QUESTIONS)));
  return {
    root: h(
      'div',
      { class: 'view chat' },
      viewHead('Chat'),
      log,
      beside.label,
      form,
    ),
    show() {
      const { q } = app.route.params;
      const isFirst = !isShown;
      isShown = true;
      if (q && q !== asked) {
        asked = q;
        ask(q);
        goParams({ q: null }, true);
      } else if (!q) {
        asked = '';
        // Not where that would raise a keyboard over half of the page.
        if (isFirst && matchMedia('(pointer: fine)').matches) input.focus({ preventScroll: true });
      }
    },
    leave() {
      hasLeft = true;
      boards.forEach((board) => board.destroy());
    },
  };
}

/** Labels of facts that say nothing without their metric. */
const GENERAL = /^(last|highest|lowest|average|total|difference|before|after|usual, .*|at the .*)$/;

/**
 * What was measured; times and numbers of a quoted sentence stand in the text.
 * @param {Parameters<typeof factOf>[0][]} facts
 */
function factsOf(facts) {
  const told = facts.filter(({ metric, unit }) => metric || !['1', 's', ''].includes(unit));
  return told.length > 0 && h('dl', { class: 'facts' }, told.map(factOf));
}

/** @param {{label: string, value: number | null, unit: string, metric: string | null, time_ms: number | null}} fact */
function factOf({ label, value, unit, metric, time_ms }) {
  const title = metric && (!label || GENERAL.test(label)) ? [titleOf(metric), label].filter(Boolean).join(', ') : label;
  return h(
    'div',
    null,
    h('dt', { text: title }),
    h(
      'dd',
      { title: exactly(value, unit) },
      h('b', { text: amount(value, unit) }),
      time_ms && h('small', { text: ` at ${when(time_ms)} ${zone()}` }),
    ),
  );
}
