/*
 * real.mjs - every view of the page as `sonde serve` or a report file gives it: no error, no breach of the policy, no
 * request elsewhere, no serious fault of accessibility; used a little, and photographed.
 * Usage: node real.mjs ADDRESS PHOTO_DIR live|replay|file [PREFIX [VIEW...]], all views where none is named
 */
import { axe, check, fits, launch, open, photograph, settled, VIEWS } from './browser.mjs';

const [, , address, photos, kind, prefix = kind, ...named] = process.argv;
const all = VIEWS.filter(({ inFile }) => kind !== 'file' || inFile).map(({ name }) => name);
const looks = [
  ['desktop', { size: 'desktop' }, named.length ? named : all],
  ['dark', { dark: true }, kind === 'live' ? ['overview'] : []],
  ['phone', { size: 'phone' }, kind === 'live' ? ['overview', 'explore', 'processes'] : []],
];

async function chartsAreNamed(page) {
  const bare = await page.evaluate(() =>
    [...document.querySelectorAll('.chart')]
      .filter((chart) => !chart.querySelector('h3')?.textContent?.trim())
      .map((chart) => chart.outerHTML.slice(0, 200)),
  );
  check(!bare.length, `charts without a title: ${bare.join('\n')}`);
}

/** A drag over the first chart zooms, all charts with it; the address says so. */
async function zoom(page) {
  const box = await page.locator('.chart canvas').first().boundingBox();
  const before = page.url();
  await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.8 * box.width, box.y + 0.5 * box.height, { steps: 5 });
  await page.mouse.up();
  await page.waitForFunction((old) => location.href !== old, before);
  check(/from=\d+&to=\d+/.test(page.url()), `after a zoom the address is ${page.url()}`);
  await settled(page);
  const zoomed = page.url();
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction((old) => location.href !== old, zoomed);
  await settled(page);
  await page.keyboard.press('Escape');
  await page.waitForFunction((old) => location.href === old, before);
}

/** A question is answered, in whatever way. */
async function ask(page) {
  await page.fill('input[aria-label=Question]', 'how busy was the processor?');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.answer:not(.pending)').length > 1);
}

async function grows(page) {
  const value = () => page.locator('.chart .value').first().innerText();
  const first = await value();
  await page.waitForFunction((old) => document.querySelector('.chart .value')?.textContent !== old, first);
}

/** A report file offers only what it holds. */
async function onlyWhatIsInside(page) {
  const left = VIEWS.filter(({ inFile }) => !inFile);
  await page.keyboard.press('?');
  const help = await page.locator('dialog').innerText();
  const navigation = await page.locator('nav').innerText();
  for (const { title } of left) {
    check(!help.includes(title), `the help offers ${title}`);
    check(!navigation.includes(title), `the navigation offers ${title}`);
  }
  await page.keyboard.press('Escape');
  const before = page.url();
  await page.keyboard.press('g');
  await page.keyboard.press(left[0].letter);
  check(page.url() === before, `a key leads to ${page.url()}`);
}

const browser = await launch();
let failed = 0;
let seen = 0;
for (const [look, options, chosen] of looks)
  for (const view of chosen) {
    const { page, faults, context } = await open(browser, address, options);
    try {
      await page.goto(`${address}#/${view}`);
      await settled(page);
      check(!(await page.locator('.fault:visible').count()), await page.locator('.view').innerText());
      await chartsAreNamed(page);
      await fits(page);
      await axe(page);
      if (look === 'desktop') {
        if (view === 'chat') await ask(page);
        if (view === 'overview' && kind === 'live') await grows(page);
        await photograph(page, photos, `${prefix}-${view}-${look}`);
        const bare = await page.locator('.tiles:empty + .more').isVisible();
        check(!bare, 'what is told of numbers stands where there are none');
        if (view === 'overview' && kind === 'file') await onlyWhatIsInside(page);
        if (view === 'explore') await zoom(page);
      } else await photograph(page, photos, `${prefix}-${view}-${look}`);
      check(!faults.length, faults.join('\n'));
      seen++;
    } catch (why) {
      failed++;
      console.log(`FAIL  ${prefix} ${view}, ${look}\n${why.stack}\n${faults.join('\n')}`);
      await photograph(page, photos, `failed-${prefix}-${view}-${look}`).catch(() => {});
    }
    await context.close();
  }
await browser.close();
console.log(failed ? `${failed} failed` : `${seen} views ${prefix}`);
process.exit(failed ? 1 : 0);
