/*
 * bench.mjs - what 60 charts of 3,600 points cost when a value a second comes in: our page against bare uPlot with the
 * same data, in turns, in one browser.
 * Usage: node bench.mjs ASSETS_DIR [SECONDS] [ROUNDS]
 */
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import { launch } from './browser.mjs';

const [, , assets, seconds = '10', rounds = '3'] = process.argv;
const CHARTS = 60;
const POINTS = 3600;

// Modules are cut off from the page that begins by itself: here only its charts are wanted.
const app = fs
  .readFileSync(path.join(assets, 'app.js'), 'utf8')
  .replace(/new Page\(\)\.begin\(\);[\s\S]*$/, 'startTheme(); globalThis.ours = { Board, live, app };\n})();\n');
const FILES = {
  '/': [
    'text/html',
    '<!doctype html><meta charset=utf-8><link rel=stylesheet href=style.css><script src=uplot.js></script>' +
      '<script src=app.js></script><main id=main></main>',
  ],
  '/app.js': ['text/javascript', app],
  '/uplot.js': ['text/javascript', fs.readFileSync(path.join(assets, 'uplot.js'), 'utf8')],
  '/style.css': ['text/css', fs.readFileSync(path.join(assets, 'style.css'), 'utf8')],
};
const server = http.createServer((request, reply) => {
  const [type, text] = FILES[new URL(request.url, 'http://x').pathname] ?? ['text/plain', ''];
  reply.writeHead(200, { 'Content-Type': type });
  reply.end(text);
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const url = `http://127.0.0.1:${server.address().port}/`;

/** In the browser: the same numbers for both. */
function prepare({ charts, points }) {
  const random = (() => {
    let a = 1;
    return () => (a = (a * 48271) % 2147483647) / 2147483647;
  })();
  const now = Math.floor(Date.now() / 1000) * 1000;
  globalThis.bench = {
    charts,
    points,
    now,
    values: Array.from({ length: charts }, (_, k) =>
      Array.from({ length: points + 3600 }, (_, i) => 50 + 30 * Math.sin(i / (60 + k)) + 8 * random()),
    ),
  };
}

/** Bare uPlot: arrays that slide, setData, and nothing else. */
function bare({ width, height, columns }) {
  const { charts, points, now, values } = globalThis.bench;
  const main = document.querySelector('#main');
  main.replaceChildren();
  main.style.setProperty('display', 'grid');
  main.style.setProperty('grid-template-columns', `repeat(${columns}, ${width}px)`);
  const x = Array.from({ length: points }, (_, i) => now / 1000 - points + i);
  const plots = values.slice(0, charts).map((all) => {
    const node = document.createElement('div');
    main.append(node);
    return new uPlot(
      {
        width,
        height,
        legend: { show: false },
        scales: { y: { range: [0, 100] } },
        series: [{}, { stroke: '#4a4f57', width: 1.25 }],
      },
      [x, all.slice(0, points)],
      node,
    );
  });
  let n = points;
  globalThis.bench.step = () => {
    x.push(now / 1000 + n - points);
    x.shift();
    plots.forEach((plot, k) => {
      const y = plot.data[1];
      y.push(values[k][n]);
      y.shift();
      plot.setData([x, y]);
    });
    n++;
  };
}

/** The page's own board, with titles, numbers, tables and all. */
function page({ width, columns }) {
  const { points, now, values } = globalThis.bench;
  const { Board, live, app } = globalThis.ours;
  const main = document.querySelector('#main');
  const board = new Board('board small');
  main.replaceChildren(board.root);
  main.style.setProperty('display', 'block');
  board.root.style.setProperty('grid-template-columns', `repeat(${columns}, ${width}px)`);
  const ids = values.map((_, k) => `metric.${k}`);
  app.host = { data: { live: true, interval_s: 1 } };
  board.setPlans(ids.map((id) => ({ title: id, unit: '%', lines: [{ id, label: id }] })));
  board.range = { from: now - points * 1000, to: now, key: '1h', live: true };
  board.group.setRange(now - points * 1000, now);
  board.show([
    {
      from_ms: now - points * 1000,
      to_ms: now,
      step_ms: 1000,
      tier_s: 1,
      series: ids.map((id, k) => ({ id, unit: '%', mean: values[k].slice(0, points) })),
    },
  ]);
  live.tell('schema', { ids });
  let n = points;
  globalThis.bench.step = () => {
    live.tell('tick', { t: now + (n - points) * 1000, v: values.map((all) => all[n]) });
    n++;
  };
}

/**
 * What the main thread of the tab was busy with: its tasks as DevTools shows them, from a trace. (The browser's own
 * counter leaves out what it does for a canvas at the end of a task.)
 */
function taskTime(trace) {
  const events = JSON.parse(trace.toString()).traceEvents;
  const mains = new Set(
    events
      .filter((one) => one.name === 'thread_name' && one.args.name === 'CrRendererMain')
      .map((one) => `${one.pid} ${one.tid}`),
  );
  const tasks = events.filter(
    (one) => one.ph === 'X' && one.name === 'RunTask' && mains.has(`${one.pid} ${one.tid}`),
  );
  return tasks.reduce((sum, one) => sum + (one.tdur ?? one.dur), 0) / 1000;
}

/** Task time per update, ms, and how many charts were drawn at all. */
async function measure(make, size) {
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.setViewportSize(size.viewport);
  await tab.goto(url);
  await tab.evaluate(prepare, { charts: CHARTS, points: POINTS });
  await tab.evaluate(make, size);
  await tab.waitForTimeout(1500);
  await browser.startTracing(tab, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  await tab.evaluate((count) => {
    const timer = setInterval(() => (count-- > 0 ? globalThis.bench.step() : clearInterval(timer)), 1000);
  }, Number(seconds));
  await tab.waitForTimeout(1000 * (Number(seconds) + 1));
  const spent = taskTime(await browser.stopTracing()) / Number(seconds);
  const drawn = await tab.locator('canvas').count();
  await context.close();
  return { spent, drawn };
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const browser = await launch();
let worst = 0;
for (const [name, viewport] of [
  ['all in view', { width: 2560, height: 2900 }],
  ['a window of 1280 x 800', { width: 1280, height: 800 }],
]) {
  const columns = viewport.width > 2000 ? 6 : 3;
  const size = { viewport, width: 384, height: 136, columns };
  const times = { bare: [], page: [] };
  let drawn = 0;
  for (let i = 0; i < Number(rounds); i++) {
    times.bare.push((await measure(bare, size)).spent);
    const ours = await measure(page, size);
    times.page.push(ours.spent);
    drawn = ours.drawn;
  }
  const ratio = median(times.page) / median(times.bare);
  worst = Math.max(worst, ratio);
  console.log(
    JSON.stringify({
      what: '60 charts x 3,600 points, one value a second',
      view: name,
      drawn,
      bare_ms: +median(times.bare).toFixed(1),
      page_ms: +median(times.page).toFixed(1),
      ratio: +ratio.toFixed(2),
    }),
  );
}
await browser.close();
server.close();
process.exit(worst <= 1.3 ? 0 : 1);
