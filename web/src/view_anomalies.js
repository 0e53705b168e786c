/* view_anomalies.js - episodes; one of them opens its causes, processes, events and log lines. */
import { h, fill, link, setText, viewHead } from './dom.js';
import { get } from './api.js';
import { counted, localTimes, period, span, when } from './format.js';
import { app, here, metricOf, rangeQuery } from './state.js';
import { areaTitle } from './names.js';
import { Board } from './board.js';
import { Slot, emptyLine } from './slot.js';
import { causeTable, changesBefore, episodeItem, eventItem, foldEvents, heatStrip, marksOf } from './findings.js';
import { logList, severityMark } from './findings.js';
import { plansOf } from './plans.js';
import { processTable } from './process_table.js';

const AROUND_MS = 5 * 60e3;
const CAUSES_MOST = 4;
const AROUND_MOST = 20; // events that are shown of those around it

/** How long before and after an episode is shown, too. @param {import('./findings.js').Episode} episode */
const marginOf = ({ start_ms, end_ms }) => Math.max(AROUND_MS, end_ms - start_ms);

/** @param {import('./findings.js').Episode} episode */
function around(episode) {
  const margin = marginOf(episode);
  return { from: episode.start_ms - margin, to: episode.end_ms + margin };
}

/** Why no line of a log stands there. @param {import('./findings.js').Episode} episode @returns {[string, string]} */
function noLogWords({ logs_reason: reason, logs_read: read }) {
  return [
    `None: ${reason || 'nobody looked'}.`,
    read ? `${counted(read, 'line')} were read.` : 'docs/LOGS.md says which logs are read.',
  ];
}

/**
 * Those nearest to an episode, by time.
 * @param {import('./findings.js').Episode} episode
 * @param {import('./findings.js').Happened[]} events
 */
function eventsAround(episode, events) {
  if (!events.length) return emptyLine(`No event within ${span(marginOf(episode) / 1000)} of it.`);
  const far = (/** @type {import('./findings.js').Happened} */ event) => Math.abs(event.time_ms - episode.start_ms);
  const near = [...events].sort((a, b) => far(a) - far(b)).slice(0, AROUND_MOST);
  const rest = events.length - near.length;
  return [
    h('ul', { class: 'findings' }, near.sort((a, b) => a.time_ms - b.time_ms).map(eventItem)),
    rest > 0 &&
      h(
        'p',
        { class: 'more' },
        link(`and ${counted(rest, 'event')} more`, here('events', { range: null, ...around(episode) })),
      ),
  ];
}

/** One episode, whole. */
class Opened {
  constructor() {
    this.board = new Board('board small');
    this.board.group.onRange = (from, to) =>
      this.board.load({ from, to, key: null, live: false }, app.host.data.interval_s);
    this.title = h('h2', { 'aria-live': 'polite' });
    this.processes = new Slot();
    this.events = new Slot();
    this.root = h('section', { class: 'opened', 'aria-label': 'Episode' });
  }

  /** @param {import('./findings.js').Episode | undefined} episode */
  show(episode) {
    if (!episode) {
      fill(this.root, emptyLine('Choose an episode to see its causes, processes and events.'));
      return;
    }
    const range = { ...around(episode), key: null, live: false };
    const ids = episode.causes
      .map((cause) => cause.metric)
      .filter(metricOf)
      .slice(0, CAUSES_MOST);
    this.board.setPlans(plansOf(ids));
    this.board.load(range, app.host.data.interval_s);
    for (const chart of this.board.charts) {
      chart.setMarks(marksOf([episode]));
      chart.spec.lines.forEach((line, i) =>
        chart.setUsual(i, episode.causes.find((cause) => cause.metric === line.id)?.usual ?? null),
      );
    }
    this.loadAround(episode, range);
    setText(this.title, localTimes(episode.summary, episode.start_ms));
    const lasted = span((episode.end_ms - episode.start_ms) / 1000);
    fill(
      this.root,
      h(
        'header',
        { class: 'view-head' },
        this.title,
        h(
          'p',
          { class: 'more' },
          severityMark(episode.severity),
          ` ${areaTitle(episode.area)}, ${period(episode.start_ms, episode.end_ms)}, ${lasted}; `,
          `peak ${when(episode.peak_ms)}. `,
          link(
            'Explore this range',
            here('explore', { m: ids.join(','), range: null, from: range.from, to: range.to }),
          ),
        ),
      ),
      h('h3', { text: 'Causes' }),
      causeTable(episode.causes),
      changesBefore(episode),
      this.board.root,
      h('h3', { text: `Processes at the peak, ${when(episode.peak_ms)}` }),
      this.processes.root,
      h('h3', { text: 'Log lines' }),
      logList(episode) || emptyLine(...noLogWords(episode)),
      h('h3', { text: 'Events around it' }),
      this.events.root,
    );
  }

  /** @param {import('./findings.js').Episode} episode @param {{from: number, to: number}} range */
  loadAround(episode, { from, to }) {
    this.processes.load(
      (signal) => get('processes', { at: episode.peak_ms }, signal),
      (answer) => {
        const table = processTable();
        table.options.most = 10;
        table.setRows(answer.processes);
        return table.root;
      },
    );
    this.events.load(
      (signal) => get('events', { from, to, limit: 200 }, signal),
      ({ events }) => eventsAround(episode, foldEvents(events)),
    );
  }

  leave() {
    this.board.destroy();
    this.processes.stop();
    this.events.stop();
  }
}

/** @returns {import('./state.js').View} */
export function anomaliesView() {
  const strip = new Slot('strip'),
    list = new Slot();
  const opened = new Opened();
  /** @type {import('./findings.js').Episode[]} */
  let episodes = [];
  /** @type {number | undefined | null} */
  let shown = null;
  const draw = () => {
    const at = Number(app.route.params.at);
    const newest = [...episodes].sort((a, b) => b.start_ms - a.start_ms)[0];
    const chosen = episodes.find((episode) => episode.start_ms === at) ?? newest;
    if (shown !== chosen?.start_ms) {
      shown = chosen?.start_ms;
      opened.show(chosen);
    }
    if (!episodes.length)
      return emptyLine('No episode in this range.', 'Sonde says nothing rather than fill a quota.');
    return [
      h('p', { class: 'more', text: counted(episodes.length, 'episode') }),
      h(
        'ul',
        { class: 'findings' },
        [...episodes]
          .sort((a, b) => b.start_ms - a.start_ms)
          .map((episode) => episodeItem(episode, episode === chosen)),
      ),
    ];
  };
  const show = () => {
    const asked = get('anomalies', { ...rangeQuery(), limit: 500 });
    strip.load(
      () => asked,
      (answer) => heatStrip(answer.anomalies, app.range.from, app.range.to),
      show,
    );
    list.load(
      () => asked,
      (answer) => {
        episodes = answer.anomalies;
        return draw();
      },
      show,
    );
  };
  return {
    root: h(
      'div',
      { class: 'view' },
      viewHead('Anomalies'),
      strip.root,
      h('div', { class: 'list-detail' }, list.root, opened.root),
    ),
    show,
    leave() {
      strip.stop();
      list.stop();
      opened.leave();
    },
  };
}
