/*
 * run.mjs - opens, uses and photographs every view of the page in Chromium, on the made-up machine of stub.mjs.
 * Usage: node run.mjs ASSETS_DIR PHOTO_DIR [PART OF A NAME]
 */
import fs from 'node:fs';
import path from 'node:path';
import { axe, check, fits, launch, open, photograph, settled, VIEWS } from './browser.mjs';
import { Stub } from './stub.mjs';

const [, , assets, photos, only = ''] = process.argv;
const browser = await launch();
const tests = [];
const test = (name, run, options = {}) => tests.push({ name, run, options });
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

const WEIGHT_MOST = 150e3;
const NOT_LOADED = ['sw.js.gz', 'openapi.json.gz']; // what the page itself does not wait for
const PAINT_MOST_MS = 300;

/** The last that the page asked for at a path of the API. */
const lastAsked = (stub, what) =>
  new URL(stub.asked.filter((one) => one.includes(`/api/v1/${what}`)).at(-1).split(' ')[1], stub.url).searchParams;

/** A range of an hour that ended so many days ago, as parameters. */
const hourBefore = (days) => {
  const to = Date.now() - days * 86400e3;
  return `from=${to - 3600e3}&to=${to}`;
};

/** Another address, as a link leads there. */
async function follow(page, hash) {
  await page.evaluate((to) => {
    location.hash = `#/${to}`;
  }, hash);
  await settled(page);
}

async function visit(page, stub, hash) {
  await page.goto(`${stub.url}#/${hash}`);
  await settled(page);
}

const text = (page, selector) => page.locator(selector).first().innerText();
const hashOf = (page) => new URL(page.url()).hash;
const range = (page) => new URLSearchParams(hashOf(page).split('?')[1]);

// ---- every view: it is used, and looked at ----

const USES = {
  async overview(page) {
    check(/Look/.test(await text(page, '.verdict')), 'the verdict is not told');
    check((await page.locator('.tiles li').count()) === 8, 'a tile is missing');
    check((await page.locator('.chart').count()) >= 12, 'charts are missing');
    await page.getByRole('button', { name: '1h' }).click();
    await page.waitForFunction(() => location.hash.includes('range=1h'));
    for (const link of ['.tiles a', '.chart h3 a']) {
      const leads = await page.locator(link).first().getAttribute('href');
      check(leads.includes('range=1h'), `the range is 1h, a link leads to ${leads}`);
    }
    const drawn = await page.locator('.chart canvas').count();
    check(drawn > 0 && drawn <= 12, `${drawn} charts are drawn`);
    const before = await text(page, '.chart .value');
    await page.waitForFunction((old) => document.querySelector('.chart .value')?.textContent !== old, before, {
      timeout: 4000,
    });
  },
  async explore(page) {
    await page.fill('.picker input[type=search]', 'core 3');
    await page.locator('.picker label', { hasText: 'cpu.core.util{3}' }).click();
    await page.waitForFunction(() => location.hash.includes('cpu.core.util'));
    await page.locator('.chart h3', { hasText: 'Core 3' }).waitFor();
    await page.getByRole('button', { name: 'What changed here' }).click();
    await page.locator('.changes', { hasText: '9.60 GB' }).waitFor();
    await page.locator('.chart button', { hasText: 'table' }).first().click();
    const behind = page.locator('.behind').first();
    check((await behind.locator('tbody tr').count()) > 100, 'the table behind a chart is short');
    const caption = await behind.locator('caption').innerText();
    check(/^one point in \d+ of \d+$/.test(caption), `the table does not say what part it is: ${caption}`);
    const newest = await behind.locator('tbody td').first().innerText();
    await page.getByRole('button', { name: '24h' }).click();
    await page.getByRole('button', { name: 'Earlier' }).click();
    await page.waitForFunction((old) => document.querySelector('.behind td')?.textContent !== old, newest);
    await page.locator('.chart button', { hasText: 'table' }).first().click();
  },
  async processes(page) {
    await page.getByRole('button', { name: 'memory', exact: true }).click();
    check(
      (await page.locator('th[aria-sort=descending]').innerText()) === 'memory',
      'the table is not sorted by memory',
    );
    await page.fill('input[aria-label="Filter by name"]', 'chrome');
    check((await page.locator('tbody tr').count()) === 1, 'the filter does not filter');
    await page.fill('input[aria-label="Filter by name"]', '');
    await page.locator('input[type=range]').fill('500');
    await page.waitForFunction(() => location.hash.includes('at='));
  },
  async anomalies(page) {
    await page.locator('.finding a', { hasText: 'rsync' }).click();
    await page.waitForFunction(() => location.hash.includes('at='));
    await page.locator('.opened h2', { hasText: 'rsync' }).waitFor();
    for (const part of ['Causes', 'Processes at the peak', 'Events around it', 'Log lines'])
      check((await page.locator('.opened h3', { hasText: part }).count()) === 1, `no part ${part}`);
    check(
      /error, 3 times: kernel: I\/O error, dev sda, sector 4711 <b> \(journal\)/.test(await text(page, '.opened')),
      'no line of a log',
    );
    for (const part of ['h3:text("Before it")', '.before li:text("upgraded rsync")'])
      check((await page.locator(`.opened ${part}`).count()) === 1, 'the change before it is not told');
    check((await page.locator('.opened .chart').count()) >= 1, 'no chart of a cause');
    check((await page.locator('.opened [aria-live]').count()) === 1, 'more than the title is read out');
    check((await page.locator('.opened h2[aria-live]').count()) === 1, 'the title is not read out');
  },
  async forecasts(page) {
    check(/Better than the last value/.test(await text(page, '.forecast')), 'the skill is not told');
    check(
      (await page.locator('.view', { hasText: 'it did not move for two hours' }).count()) === 1,
      'no reason for a missing forecast',
    );
    check((await page.locator('tbody tr', { hasText: '81' }).count()) === 1, 'grades are missing');
  },
  async states(page) {
    check((await page.locator('.block').count()) > 10, 'the timeline is empty');
  },
  async sensors(page) {
    check((await page.locator('.chart').count()) >= 8, 'charts of sensors are missing');
  },
  async sessions(page, stub) {
    await page.getByRole('button', { name: '+ label' }).first().click();
    await page.locator('dialog input').first().fill('before the move');
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.locator('.label-chip', { hasText: 'before the move' }).waitFor();
    await page.getByRole('button', { name: 'Remove the label before the move' }).click();
    await page.waitForFunction(() => !document.body.textContent?.includes('before the move'));
    await page.fill('input[aria-label="Search sessions"]', 'kept');
    check((await page.locator('tbody tr').count()) === 1, 'the search does not find a label');
    await page.fill('input[aria-label="Search sessions"]', 'before kept'); // in any order
    check((await page.locator('tbody tr').count()) === 1, 'the search does not find words');
    await page.fill('input[aria-label="Search sessions"]', 'nothing such');
    check(/Nothing has these words/.test(await text(page, '.table-frame')), 'a search in vain says something else');
    await page.fill('input[aria-label="Search sessions"]', '');
    check((await page.locator('th .sort', { hasText: 'export' }).count()) === 0, 'what has no order can be sorted');
    await page.locator('tbody input[type=checkbox]').nth(0).check();
    await page.locator('tbody input[type=checkbox]').nth(1).check();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.waitForFunction(() => location.hash.includes('with_from='));
    await visit(page, stub, 'sessions');
  },
  async compare(page) {
    await page.getByRole('button', { name: 'a day before' }).click();
    await page.waitForFunction(() => location.hash.includes('with_from='));
    await settled(page);
    check((await page.locator('tbody tr').count()) > 20, 'rows are missing');
  },
  async alerts(page) {
    check((await page.locator('.findings li').count()) === 2, 'an alert is missing');
    check((await text(page, '.finding-text')).includes('x$(touch /tmp/p) <b>&"'), 'a name is not shown as it is');
    check(!(await page.locator('.view b b').count()), 'a name became markup');
    check(!/\d UTC/.test(await text(page, '.view')), 'a time is not that of the person who looks');
    await page.getByRole('button', { name: 'Silence 2 h: toy busy' }).first().click();
    await page.getByRole('button', { name: 'Tell again: toy busy' }).first().click();
    await page.getByRole('button', { name: 'Silence 2 h: toy busy' }).first().waitFor();
    await page.getByRole('button', { name: 'Tell again: unusual' }).first().waitFor();
  },

  async events(page) {
    const options = page.locator('select[aria-label="every kind"] option');
    const kinds = await options.evaluateAll((all) => all.map((one) => one.value));
    check(kinds.includes('archive') && !kinds.includes('storage'), `kinds of events: ${kinds}`);
    await page.selectOption('select[aria-label="every kind"]', 'clock');
    await settled(page);
    await page.waitForFunction(() =>
      [...document.querySelectorAll('tbody tr')].every((row) => row.textContent?.includes('clock')),
    );
    await page.selectOption('select[aria-label="every kind"]', '');
    await settled(page);
  },
  async analysis(page) {
    check(/To do:/.test(await text(page, '.view')), 'no advice');
    check(/To try: sonde fix swapping/.test(await text(page, '.view')), 'no remedy');
  },
  async chat(page, stub) {
    await page.fill('input[aria-label=Question]', 'How busy was the processor?');
    await page.keyboard.press('Enter');
    await page.locator('.answer.answered .facts').waitFor();
    check((await page.locator('.answer .chart').count()) === 1, 'the answer has no chart');
    await page.getByRole('button', { name: 'and the memory?' }).click();
    await page.locator('.question', { hasText: 'and the memory?' }).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('.answer.answered').length === 2);
    check(stub.contexts.at(-1) === 'cpu', 'a follow-up does not carry what it follows');
    await page.fill('input[aria-label=Question]', 'how is the weather');
    await page.keyboard.press('Enter');
    await page.locator('.answer.off-topic').waitFor();
  },
  async policy(page) {
    check((await page.locator('.findings li.finding').count()) === 2, 'what is set is missing');
    check(!(await page.locator('.view b b').count()), 'a name became markup');
    check(/fell from 810 to 12/.test(await text(page, '.view')), 'no effect is shown');
    check(/7\.10 x better/.test(await text(page, '.view')), 'what was learned is missing');
    await page.getByRole('button', { name: 'Set back: redis-server' }).click();
    await page.locator('[role=status]', { hasText: 'somebody else changed it' }).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('.findings li.finding').length === 1);
  },
  async settings(page) {
    await page.getByLabel('only those that are set').check();
    check((await page.locator('tbody tr').count()) === 2, 'not only what is set is shown');
    await page.getByLabel('only those that are set').uncheck();
    await page.getByRole('radio', { name: 'dark' }).check();
    check(
      (await page.evaluate(() => document.documentElement.dataset.theme)) === 'dark',
      'dark was chosen in vain',
    );
    await page.getByLabel('as the system').check();
  },
};

for (const { name: view } of VIEWS)
  test(`${view}, used`, async ({ page, stub }) => {
    await visit(page, stub, view === 'overview' ? '' : `${view}?range=1h`);
    await USES[view](page, stub);
    await settled(page);
    await fits(page);
    await axe(page);
    await photograph(page, photos, `${view}-light`);
  });

test(
  'dark',
  async ({ page, stub }) => {
    for (const view of ['overview', 'explore', 'anomalies', 'forecasts', 'chat']) {
      await visit(page, stub, `${view}?range=24h`);
      await photograph(page, photos, `${view}-dark`);
      await axe(page);
    }
  },
  { dark: true },
);

test(
  'phone',
  async ({ page, stub }) => {
    for (const { name: view } of VIEWS) {
      await visit(page, stub, `${view}?range=1h`);
      await fits(page);
      if (view === 'explore') {
        const { y } = await page.locator('.chart').first().boundingBox();
        check(y < 560, `on a phone the first chart begins at ${y} px`);
        check(!(await page.locator('.picker input').first().isVisible()), 'the metrics are not folded');
        await page.locator('.picker summary').click();
        await page.fill('.picker input[type=search]', 'core 3');
        await photograph(page, photos, 'picker-phone');
        await page.locator('.picker summary').click();
      }
      if (view === 'sessions') {
        const { x, width, height } = await page.getByRole('button', { name: 'Remove the label kept' }).boundingBox();
        check(width >= 24 && height >= 24, `the x of a label is ${width} x ${height} px`);
        check(x + width < 390, `the x of a label ends at ${x + width} px`);
      }
      await photograph(page, photos, `${view}-phone`);
    }
    await axe(page);
  },
  { size: 'phone' },
);

// ---- what charts do together ----

test('zoom and cursor are shared', async ({ page, stub }) => {
  await visit(page, stub, 'explore?range=1h');
  const over = page.locator('.u-over');
  const box = await over.first().boundingBox();
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.5, y);
  await page.waitForFunction(() => document.querySelector('.range-text')?.textContent?.startsWith('at '));
  const shown = await page.locator('.u-cursor-x').evaluateAll((lines) => lines.map((line) => line.style.transform));
  check(shown.length > 2 && new Set(shown).size === 1, `cursors stand apart: ${shown}`);
  await page.mouse.move(box.x + box.width * 0.25, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, y, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(() => location.hash.includes('from='));
  await settled(page);
  const length = Number(range(page).get('to')) - Number(range(page).get('from'));
  check(Math.abs(length - 900e3) < 30e3, `a quarter of an hour was chosen, it is ${length} ms`);
  await page.waitForTimeout(300);
  const labels = await page
    .locator('.plot')
    .evaluateAll((plots) => plots.map((plot) => /, (.*?)\. /.exec(plot.getAttribute('aria-label'))?.[1]));
  check(new Set(labels).size === 1, `charts show other ranges: ${labels}`);
  const before = range(page).get('from');
  await page.keyboard.down('Shift');
  await page.mouse.move(box.x + 200, y);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, y, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await page.waitForFunction((old) => new URLSearchParams(location.hash.split('?')[1]).get('from') !== old, before);
  check(Number(range(page).get('from')) < Number(before), 'a drag to the right does not show what was earlier');
  await page.goBack();
});

test(
  'pinch',
  async ({ page, stub }) => {
    await visit(page, stub, 'explore?range=1h');
    await page.locator('.u-over').first().scrollIntoViewIfNeeded();
    const box = await page.locator('.u-over').first().boundingBox();
    const session = await page.context().newCDPSession(page);
    const y = box.y + box.height / 2,
      middle = box.x + box.width / 2;
    const touch = (type, apart) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints:
          apart == null
            ? []
            : [
                { x: middle - apart, y, id: 0 },
                { x: middle + apart, y, id: 1 },
              ],
      });
    await touch('touchStart', 30);
    for (const apart of [40, 50, 60, 80, 100, 120]) await touch('touchMove', apart);
    await touch('touchEnd', null);
    await page.waitForFunction(() => location.hash.includes('from='));
    const length = Number(range(page).get('to')) - Number(range(page).get('from'));
    check(length < 0.6 * 3600e3, `two fingers apart leave ${length} ms`);
  },
  { size: 'phone' },
);

test('keyboard', async ({ page, stub }) => {
  await visit(page, stub, 'overview?range=1h');
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await page.waitForFunction(() => location.hash.startsWith('#/explore'));
  await settled(page);
  await page.keyboard.press('+');
  await page.waitForFunction(() => location.hash.includes('from='));
  const first = range(page);
  check(Math.abs(first.get('to') - first.get('from') - 1800e3) < 1000, 'plus does not halve the range');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(
    (old) => new URLSearchParams(location.hash.split('?')[1]).get('from') < old,
    first.get('from'),
  );
  await page.keyboard.press('?');
  await page.locator('dialog').waitFor();
  await axe(page);
  await photograph(page, photos, 'help-light');
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  check(
    (await page.evaluate(() => document.activeElement?.getAttribute('name'))) === 'ask',
    'the question is not focused',
  );
  await page.keyboard.type('how hot');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.hash.startsWith('#/chat'));
  await page.locator('.question', { hasText: 'how hot' }).waitFor();
  await page.locator('h1').click();
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => location.hash.startsWith('#/explore'));
  for (const { letter } of VIEWS) {
    await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
    const before = hashOf(page);
    await page.keyboard.press('g');
    await page.keyboard.press(letter);
    await page.waitForFunction((old) => location.hash !== old, before);
  }
  // Whatever can be clicked is reached with Tab, and seen when it is.
  await visit(page, stub, 'policy');
  const seen = new Set();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    seen.add(
      await page.evaluate(() => {
        const node = /** @type {HTMLElement} */ (document.activeElement);
        return node === document.body
          ? ''
          : `${node.textContent}${node.getAttribute('name') ?? ''}|${getComputedStyle(node).outlineStyle}`;
      }),
    );
  }
  check(
    [...seen].filter(Boolean).every((one) => one.endsWith('|solid')),
    `focus is not seen: ${[...seen]}`,
  );
  for (const name of ['15m', 'ask', 'Sessions', '?'])
    check(
      [...seen].some((one) => one.startsWith(name)),
      `Tab does not reach ${name}`,
    );
});

test('a link shows the same thing', async ({ page, stub }) => {
  const from = Math.round(stub.machine.begin - 7200e3),
    to = from + 1800e3;
  await visit(page, stub, `explore?m=memory.used,disk.read.rate{total}&from=${from}&to=${to}`);
  check((await page.locator('.chart').count()) === 2, 'not the metrics of the link');
  const asked = stub.asked.filter((one) => one.includes('frames')).at(-1);
  check(asked.includes(`from=${from}`) && asked.includes(`to=${to}`), `asked otherwise: ${asked}`);
  await page.getByRole('button', { name: '24h' }).click();
  await page.waitForFunction(() => location.hash.includes('range=24h'));
  check(hashOf(page).includes('memory.used'), 'another range loses the metrics');
});

test('numbers without a cursor, and with one', async ({ page, stub }) => {
  const first = () => text(page, '.chart .value');
  const note = () => page.locator('.chart').first().locator('.note').allInnerTexts();
  await visit(page, stub, 'explore?m=cpu.util&range=1h');
  check(!(await note()).join('').includes('mean'), 'a live range tells a mean');
  const box = await page.locator('.u-over').first().boundingBox();
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.9, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.95, y, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(() => location.hash.includes('from='));
  await settled(page);
  await wait(300);
  check(/\d/.test(await first()), `after a zoom, the number below the cursor is ${await first()}`);
  await page.mouse.move(2, 2);
  await page.waitForFunction(() => document.querySelector('.chart .note:not(.held)')?.textContent !== undefined);
  await wait(300);
  check((await note()).includes('mean of the range'), `without a cursor: ${await note()}`);
  const shown = Number.parseFloat(await first());
  const to = Number(range(page).get('to')),
    from = Number(range(page).get('from'));
  let sum = 0;
  for (let i = 0; i < 200; i++) sum += stub.machine.value('cpu.util', from + ((i + 0.5) * (to - from)) / 200);
  check(Math.abs(shown - sum / 200) < 2, `the mean is ${sum / 200}, not ${shown}`);
});

test('where a value is late, the one beside it is told', async ({ page, stub }) => {
  let late = 0;
  await page.route('**/api/v1/frames**', async (route) => {
    const answer = await (await route.fetch()).json();
    const { mean } = answer.series[0];
    late = Math.floor(mean.length / 2);
    mean[late] = null;
    await route.fulfill({ json: answer });
  });
  const to = Math.floor(Date.now() / 1000) * 1000 - 3600e3;
  await visit(page, stub, `explore?m=cpu.util&from=${to - 60e3}&to=${to}`);
  const box = await page.locator('.u-over').first().boundingBox();
  const y = box.y + box.height / 2;
  for (const x of [0.49, 0.495, 0.5, 0.505, 0.51, 0.515, 0.52]) {
    await page.mouse.move(box.x + box.width * x, y);
    await wait(100);
    check(/\d/.test(await text(page, '.chart .value')), `a lone gap tells "${await text(page, '.chart .value')}"`);
  }
  check(late > 0, 'no value was late');
});

test(
  'a finger that taps or scrolls leaves the range',
  async ({ page, stub }) => {
    const session = await page.context().newCDPSession(page);
    const touch = (type, ...touchPoints) => session.send('Input.dispatchTouchEvent', { type, touchPoints });
    const at = async () => {
      await page.locator('.u-over').first().scrollIntoViewIfNeeded();
      const box = await page.locator('.u-over').first().boundingBox();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    await visit(page, stub, 'explore?range=15m');
    let { x, y } = await at();
    await touch('touchStart', { x, y, id: 0 });
    await touch('touchMove', { x: x + 2, y: y + 1, id: 0 });
    await touch('touchEnd');
    await wait(400);
    check(hashOf(page).includes('range=15m'), `after a tap: ${hashOf(page)}`);
    ({ x, y } = await at());
    await touch('touchStart', { x, y, id: 0 });
    for (let i = 1; i < 12; i++) {
      await touch('touchMove', { x: x + i, y: y - 8 * i, id: 0 });
      await wait(16);
    }
    await touch('touchEnd');
    await wait(400);
    check(hashOf(page).includes('range=15m'), `after scrolling: ${hashOf(page)}`);
    // The browser takes the finger away when it is on its way already.
    await page.locator('.u-over').first().evaluate((over) => {
      const tell = (type, offsetX) =>
        over.dispatchEvent(
          Object.defineProperty(new PointerEvent(type, { pointerType: 'touch', pointerId: 7 }), 'offsetX', {
            value: offsetX,
          }),
        );
      over.setPointerCapture = () => {};
      tell('pointerdown', 100);
      tell('pointermove', 160);
      tell('pointercancel', 160);
    });
    await wait(400);
    check(hashOf(page).includes('range=15m'), `after a cancelled move: ${hashOf(page)}`);
    ({ x, y } = await at());
    await touch('touchStart', { x, y, id: 0 });
    for (let i = 1; i < 12; i++) await touch('touchMove', { x: x + 8 * i, y, id: 0 });
    await touch('touchEnd');
    await page.waitForFunction(() => location.hash.includes('from='));
  },
  { size: 'phone' },
);

test('arrows stay with what needs them', async ({ page, stub }) => {
  await visit(page, stub, 'settings?range=1h');
  await page.getByLabel('as the system').focus();
  await page.keyboard.press('ArrowRight');
  check(await page.getByRole('radio', { name: 'light' }).isChecked(), 'an arrow does not choose among radio buttons');
  check(hashOf(page).includes('range=1h'), 'an arrow in a choice moves the range');
  await page.locator('.table-frame').first().focus();
  await page.keyboard.press('ArrowRight');
  check(hashOf(page).includes('range=1h'), 'an arrow in a table moves the range');
});

test('Esc goes back, but never out', async ({ page, stub }) => {
  await visit(page, stub, 'overview?range=1h');
  await follow(page, 'events?range=1h');
  for (let i = 0; i < 4; i++) {
    const before = hashOf(page);
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction((old) => location.hash !== old, before);
  }
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => location.hash.startsWith('#/overview'));
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press('Escape');
    await wait(200);
  }
  check(page.url() === `${stub.url}#/overview?range=1h`, `Esc led to ${page.url()}`);
  await follow(page, 'events?range=1h');
  await page.reload();
  await settled(page);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => location.hash.startsWith('#/overview'));
});

test('the focus stays where it is', async ({ page, stub }) => {
  const focused = () =>
    page.evaluate(() => {
      const node = document.activeElement;
      return node?.getAttribute('aria-label') || node?.textContent || node?.tagName;
    });
  await visit(page, stub, 'sessions');
  const boxes = page.locator('tbody input[type=checkbox]');
  for (const i of [0, 1, 2]) {
    await boxes.nth(i).focus();
    await page.keyboard.press('Space');
    check(/^Compare session/.test(await focused()), `after a tick the focus is on ${await focused()}`);
  }
  const ticked = await boxes.evaluateAll((all) => all.map((box) => box.checked));
  check(ticked.join() === [false, true, true, ...ticked.slice(3)].join(), `not the two last are ticked: ${ticked}`);
  check(await page.getByRole('button', { name: 'Compare', exact: true }).isEnabled(), 'two are ticked, in vain');
  await visit(page, stub, 'chat?range=1h');
  check((await focused()) === 'Question', `in the chat the focus is on ${await focused()}`);
  await page.locator('.suggestions button').first().focus();
  const chosen = await focused();
  await follow(page, 'chat?range=6h');
  check((await focused()) === chosen, 'another range takes the focus away');
});

test('an answer that comes after leaving the chat', async ({ page, stub }) => {
  await visit(page, stub, 'chat');
  await page.route('**/api/v1/ask', async (route) => {
    await wait(1500);
    await route.continue().catch(() => {});
  });
  await page.fill('input[aria-label=Question]', 'how busy was it?');
  await page.keyboard.press('Enter');
  await wait(100);
  await follow(page, 'overview');
  await page.waitForTimeout(2500);
  const ids = [...stub.streams].map((stream) => stream.ids.length);
  check(ids.length === 1 && ids[0] > 0, `the stream has ${ids} metrics`);
});

// ---- live ----

test('a range that ends now moves on', async ({ page, stub }) => {
  await page.clock.install();
  await visit(page, stub, 'analysis?range=15m');
  const first = Number(lastAsked(stub, 'analysis').get('to'));
  await wait(2500);
  await page.getByRole('button', { name: 'Analyse again' }).click();
  await settled(page);
  const moved = Number(lastAsked(stub, 'analysis').get('to')) - first;
  check(moved > 1400, `asked again 2.5 s later, the range ends ${moved} ms later`);
  const file = await page.getByRole('link', { name: 'Report as one file' }).evaluate((link) => {
    link.addEventListener('click', (event) => event.preventDefault());
    link.click();
    return link.href;
  });
  const end = Number(new URL(file).searchParams.get('to')) - first;
  check(end > 1400, `a file that is asked for 2.5 s later ends ${end} ms later`);
  await visit(page, stub, 'overview?range=15m');
  const began = Number(lastAsked(stub, 'anomalies').get('to'));
  await page.clock.fastForward(50e3);
  await wait(2500);
  await page.clock.fastForward(15e3);
  await wait(500);
  const later = Number(lastAsked(stub, 'anomalies').get('to')) - began;
  check(later > 45e3, `the findings of a minute later end ${later} ms later`);
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => location.hash.includes('to='));
  const past = Number(range(page).get('to')) - began;
  check(past > 45e3 - 225e3 && past < 90e3 - 225e3, `a quarter before now is ${past} ms from then`);
  await visit(page, stub, 'processes?range=15m');
  const time = await page.getByLabel('Instant', { exact: true }).inputValue();
  await page.waitForFunction((old) => document.querySelector('input[aria-label=Instant]')?.value !== old, time);
  check((await page.locator('input[type=range]').inputValue()) === '1000', 'now is not at the end of the slider');
});

test('the words of a chart are not older than a minute', async ({ page, stub }) => {
  await visit(page, stub, 'explore?range=15m');
  const words = await page.locator('.plot').first().getAttribute('aria-label');
  await page.locator('.chart button', { hasText: 'table' }).first().click();
  const newest = await text(page, '.behind td');
  stub.ahead = 61e3;
  await page.waitForFunction((old) => document.querySelector('.plot')?.getAttribute('aria-label') !== old, words);
  check((await text(page, '.behind td')) !== newest, 'the table behind a chart stands still');
});

test(
  'how a range was that is over',
  async ({ page, stub }) => {
    await visit(page, stub, 'overview');
    await page.locator('.verdict .work', { hasText: 'coding' }).waitFor();
    await page.route('**/api/v1/analysis**', async (route) => {
      const { searchParams } = new URL(route.request().url());
      const long = searchParams.get('to') - searchParams.get('from') > 2e6;
      if (long) await wait(1500);
      const json = {
        verdict: { level: 'well', text: long ? 'of the long one' : 'of the short one' },
        workload: { category: 'idle', confidence: 0.7 },
        now: [],
      };
      await route.fulfill({ json }).catch(() => {});
    });
    const to = Date.now() - 3 * 86400e3;
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#/overview?from=${to - 3600e3}&to=${to}`);
    await page.waitForFunction(() => !/coding/.test(document.querySelector('.verdict')?.textContent ?? ''));
    await follow(page, `overview?from=${to - 900e3}&to=${to}`);
    await wait(1800);
    const said = await text(page, '.verdict');
    check(/of the short one/.test(said) && /idle, 70/.test(said), `the verdict of the short range: ${said}`);
    check(/Means of the range/.test(await text(page, '.tiles + .more')), 'the tiles do not tell that they are means');
    await page.unroute('**/api/v1/analysis**');
    stub.setMode('error');
    await follow(page, `overview?${hourBefore(2)}`);
    const failed = await text(page, '.verdict');
    check(/Not known/.test(failed) && /the archive is busy/.test(failed), `without an answer: ${failed}`);
    check(/the archive is busy/.test(await text(page, '.tiles + .more')), 'the tiles do not tell that they failed');
    await follow(page, 'overview');
    await page.locator('.tiles + .more', { hasText: 'not known: the archive is busy' }).waitFor();
    stub.setMode('ok');
    await follow(page, 'overview?range=1h');
    await page.locator('.verdict .work', { hasText: 'coding' }).waitFor();
    check(!(await page.locator('.tiles + .more').isVisible()), 'what failed before is told still');
  },
  { allowed: [/status of 503/] },
);

test(
  'one stream; stale is told, then it comes back',
  async ({ page, stub }) => {
    await visit(page, stub, 'overview');
    for (const view of ['explore', 'events', 'settings', 'overview']) {
      await visit(page, stub, view);
      await wait(300);
      check(stub.streams.size === 1, `${stub.streams.size} streams in ${view}`);
    }
    await page.locator('.fresh', { hasText: 'live' }).waitFor();
    stub.setMode('down');
    await page.locator('.fresh.stale', { hasText: /^last value \d+ s ago$/ }).waitFor({ timeout: 12000 });
    await wait(1500);
    const faded = await page.locator('.verdict').evaluate((node) => {
      const style = getComputedStyle(node);
      return [style.opacity, style.borderLeftColor, getComputedStyle(node.children[0]).color];
    });
    check(faded[0] === '1' && faded[1] === faded[2], `a verdict that is old: ${faded}`);
    await axe(page);
    await photograph(page, photos, 'stale-light');
    const tries = stub.asked.filter((one) => one.includes('/live')).length;
    await wait(3000);
    const more = stub.asked.filter((one) => one.includes('/live')).length - tries;
    check(more >= 1 && more <= 4, `${more} attempts in 3 s`);
    stub.setMode('ok');
    await page.locator('.fresh:not(.stale)', { hasText: 'live' }).waitFor({ timeout: 20000 });
    check(stub.streams.size === 1, `${stub.streams.size} streams after it came back`);
  },
  { allowed: [/ERR_/] },
);

test('nothing recorded', async ({ page, stub }) => {
  stub.setMode('empty');
  for (const { name: view } of VIEWS)
    if (view !== 'chat') {
      await visit(page, stub, `${view}?range=1h`);
      await photograph(page, photos, `empty-${view}`);
    }
  await visit(page, stub, 'overview');
  check(/Nothing was recorded in this range/.test(await text(page, '.chart')), 'an empty chart says nothing');
  await visit(page, stub, 'forecasts');
  check(/two hours of recording are needed/.test(await text(page, '.view')), 'no reason for no forecast');
  await visit(page, stub, 'processes');
  check(/nothing was recorded in the two minutes before/.test(await text(page, '.view')), 'no reason for no process');
});

test(
  'what fails says so, and helps',
  async ({ page, stub }) => {
    stub.setMode('error');
    for (const view of ['overview', 'processes', 'states', 'settings']) {
      await visit(page, stub, view);
      check(/the archive is busy/.test(await text(page, '.view')), `${view} does not say what failed`);
    }
    await axe(page);
    await photograph(page, photos, 'error-light');
    stub.setMode('ok');
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.locator('.tiles b').first().waitFor();
  },
  { allowed: [/status of 503/] },
);

test(
  'another try, and no second chain of them',
  async ({ page, stub }) => {
    let tries = 0;
    await page.route('**/api/v1/host', async (route) => {
      tries++;
      await route.fulfill({ status: 503, json: { error: 'not yet', remedy: 'wait' } });
    });
    await page.goto(stub.url);
    for (let i = 0; i < 4; i++) {
      await page.locator('.fault', { hasText: 'not yet' }).waitFor();
      await page.getByRole('button', { name: 'Try again' }).click();
      await wait(200);
    }
    const before = tries;
    await wait(4500);
    check(tries - before <= 2, `${tries - before} tries in 4.5 s`);
    await page.unroute('**/api/v1/host');
    await settled(page);
  },
  { allowed: [/status of 503/] },
);

test(
  'hardware that is not there',
  async ({ page, stub }) => {
    await visit(page, stub, 'sensors');
    check(/there is no NVIDIA GPU/.test(await text(page, '.view')), 'no reason for a missing GPU');
    await photograph(page, photos, 'sensors-absent');
    await visit(page, stub, 'overview');
    check(/no sensor of temperature/.test(await text(page, '.absent')), 'no quiet line');
  },
  { kind: 'bare' },
);

test(
  'token',
  async ({ page, stub }) => {
    stub.setMode('login');
    await page.goto(stub.url);
    await page.locator('.login').waitFor();
    await axe(page);
    await page.fill('input[type=password]', 'guess');
    await page.keyboard.press('Enter');
    await page.locator('.fault', { hasText: 'not the right one' }).waitFor();
    await photograph(page, photos, 'token-light');
    await page.fill('input[type=password]', 'secret');
    await page.keyboard.press('Enter');
    await settled(page);
    check(!stub.asked.some((one) => one.includes('secret')), 'the token stands in an address');
    await visit(page, stub, 'settings');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.locator('.login').waitFor();
    check(stub.asked.includes('POST /logout') && !stub.loggedIn, 'the session goes on');
  },
  { allowed: [/status of 401/] },
);

test('replay', async ({ page, stub }) => {
  stub.setMode('replay');
  await visit(page, stub, '');
  check((await text(page, '.fresh')) === 'replay', 'it does not say that it is a replay');
  check((await page.locator('.range[aria-pressed=true]').innerText()) === 'all', 'not all of it is shown');
  await photograph(page, photos, 'replay-light');
});

test('an endpoint beside the answers', async ({ page, stub }) => {
  const ask = async (question) => {
    await page.fill('input[aria-label=Question]', question);
    await page.keyboard.press('Enter');
    await page.locator('.question', { hasText: question }).waitFor();
  };
  await visit(page, stub, 'chat');
  check((await page.locator('.beside-switch').count()) === 0, 'a switch without an endpoint');
  stub.setMode('endpoint');
  await page.reload();
  await settled(page);
  check(!(await page.locator('.beside-switch input').isChecked()), 'the switch is on at the start');
  await ask('first');
  await page.getByText('What tiny at 127.0.0.1:11434 would be sent').click();
  check(/"question":"first"/.test(await text(page, '.sent')), 'what would be sent is not shown');
  check(stub.sent.length === 0, 'it was sent without being asked for');
  await page.getByRole('button', { name: 'Send it' }).click();
  await page.locator('.beside', { hasText: 'Not in the data: 42' }).waitFor();
  check(stub.sent.length === 1, 'it was not sent');
  await page.locator('.beside-switch input').check();
  await ask('second');
  await page.waitForFunction(() => document.querySelectorAll('.beside .loose').length === 2);
  check(/not checked by Sonde/.test(await text(page, '.beside h3')), 'it does not say whose text it is');
  check((await page.locator('.answer.answered').count()) === 2, 'our own answer is gone');
  check(stub.sent.length === 2, `sent ${stub.sent.length} times`);
  await fits(page);
  await axe(page);
  await photograph(page, photos, 'endpoint-light');
});

// ---- figures ----

test('weight and first paint', async ({ page, stub }) => {
  let weight = 0;
  for (const file of fs.readdirSync(assets))
    if (file.endsWith('.gz') && !NOT_LOADED.includes(file)) weight += fs.statSync(path.join(assets, file)).size;
  const paints = [];
  for (let i = 0; i < 7; i++) {
    await page.goto('about:blank');
    await page.goto(stub.url);
    await settled(page);
    paints.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime));
  }
  const median = paints.sort((a, b) => a - b)[3];
  console.log(
    `figures: ${(weight / 1000).toFixed(1)} kB compressed, first paint ${median.toFixed(0)} ms (median of 7)`,
  );
  check(weight <= WEIGHT_MOST, `the page weighs ${weight} bytes`);
  check(median <= PAINT_MOST_MS, `first paint after ${median} ms`);
});

test(
  'the shell without a server',
  async ({ page, stub }) => {
    await visit(page, stub, '');
    await page.evaluate(() => navigator.serviceWorker.ready);
    await wait(500);
    stub.stop();
    await page.reload();
    await page.locator('.fault', { hasText: 'Sonde does not answer' }).waitFor();
    const manifest = await page.evaluate(() => document.querySelector('link[rel=manifest]')?.getAttribute('href'));
    check(manifest === 'manifest.webmanifest', 'no manifest');
  },
  { allowed: [/ERR_/] },
);

let failed = 0;
for (const { name, run, options } of tests.filter((one) => one.name.includes(only))) {
  const stub = await new Stub(assets, options.kind ?? 'full').start();
  const { page, faults, context } = await open(browser, stub.url, options);
  try {
    await run({ page, stub });
    check(!faults.length, faults.join('\n'));
    console.log(`ok    ${name}`);
  } catch (why) {
    failed++;
    console.log(`FAIL  ${name}\n${why.stack}\n${faults.join('\n')}`);
    await page.screenshot({ path: path.join(photos, `failed-${name.replace(/\W+/g, '-')}.png`) }).catch(() => {});
  }
  await context.close();
  stub.stop();
}
await browser.close();
console.log(
  failed ? `${failed} failed` : `${tests.length} parts of the page, ${fs.readdirSync(photos).length} photographs`,
);
process.exit(failed ? 1 : 0);
