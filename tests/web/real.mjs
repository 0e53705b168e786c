/*
 * real.mjs - every view of the page as `sonde serve` or a report file gives it: opened, used a little, photographed.
 * Usage: node real.mjs ADDRESS PHOTO_DIR live|replay|file
 */
import { axeSource, check, launch, open, photograph } from './browser.mjs';

const [, , address, photos, kind] = process.argv;
const FILE_VIEWS =
  'overview explore processes anomalies forecasts states sensors events analysis'.split(' ');
const VIEWS = kind === 'file' ? FILE_VIEWS : [...FILE_VIEWS, 'sessions', 'compare', 'chat', 'policy', 'settings'];

/** What a view must say for itself where the machine has nothing for it: never an error, never an endless wait. */
async function settled(page) {
  await page.waitForSelector('.view');
  await page.waitForFunction(
    () =>
      !document.querySelector('[aria-busy="true"]') &&
      ![...document.querySelectorAll('.empty, .chart-message')].some(
        (node) => node.textContent === 'Loading' && node.offsetParent,
      ),
  );
  const faults = await page.locator('.fault:visible').allInnerTexts();
  check(!faults.length, `it says: ${faults.join('; ')}`);
}

async function chartsAreNamed(page) {
  const bare = await page.evaluate(() =>
    [...document.querySelectorAll('.chart')]
      .filter((chart) => !chart.querySelector('h3')?.textContent?.trim())
      .map((chart) => chart.outerHTML.slice(0, 200)),
  );
  check(!bare.length, `charts without a title: ${bare.join('\n')}`);
}

async function axe(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const bad = found.violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  check(!bad.length, bad.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)}`).join('\n'));
}

/** A drag over the first chart zooms, all charts with it; the address says so. */
async function zoom(page) {
  const plot = page.locator('.chart canvas').first();
  const box = await plot.boundingBox();
  const before = page.url();
  await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.8 * box.width, box.y + 0.5 * box.height, { steps: 5 });
  await page.mouse.up();
  await page.waitForFunction((old) => location.href !== old, before);
  check(/from=\d+&to=\d+/.test(page.url()), `after a zoom the address is ${page.url()}`);
  await settled(page);
}

async function ask(page) {
  await page.locator('main input').first().fill('how is the processor?');
  await page.keyboard.press('Enter');
  await page.locator('.answer', { hasText: '%' }).first().waitFor();
}

async function grows(page) {
  const value = () => page.locator('.chart .value').first().innerText();
  const seen = new Set();
  for (let i = 0; i < 40 && seen.size < 2; i++) {
    seen.add(await value());
    await page.waitForTimeout(250);
  }
  check(seen.size > 1, 'a live value does not change');
}

const browser = await launch();
let failed = 0;
for (const view of VIEWS) {
  const { page, faults, context } = await open(browser, address);
  try {
    await page.goto(`${address}#/${view}`);
    await settled(page);
    await chartsAreNamed(page);
    await photograph(page, photos, `${kind}-${view}`);
    if (view === 'explore') await zoom(page);
    if (view === 'chat') await ask(page);
    if (view === 'overview' && kind === 'live') await grows(page);
    if (view === 'overview' || kind === 'live') await axe(page);
    check(!faults.length, faults.join('\n'));
  } catch (why) {
    failed++;
    console.log(`FAIL  ${kind} ${view}: ${why.message}\n${faults.join('\n')}`);
  }
  await context.close();
}
await browser.close();
console.log(failed ? `${failed} failed` : `${VIEWS.length} views ${kind}`);
process.exit(failed ? 1 : 0);
