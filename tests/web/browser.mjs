/* browser.mjs - a Chromium that watches what a page must not do: errors, requests elsewhere, breaches of its policy. */
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const uplotSource = fs.readFileSync(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8');

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function launch(options = {}) {
  const executablePath = process.env.CHROMIUM ?? PROGRAMS.find((name) => fs.existsSync(name));
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'],
    ...options,
  });
}

export const VIEWPORTS = {
  desktop: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
};

/** A page with its faults in `faults`; `allowed` are patterns of console errors that a test provokes. */
export async function open(browser, url, { size = 'desktop', dark = false, allowed = [] } = {}) {
  const context = await browser.newContext({
    ...VIEWPORTS[size],
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  const page = await context.newPage();
  const faults = [];
  const tell = (text) => allowed.some((pattern) => pattern.test(text)) || faults.push(text);
  page.on(
    'console',
    (message) => message.type() === 'error' && tell(`console: ${message.text()} ${message.location().url}`),
  );
  page.on('pageerror', (error) => tell(`error: ${error.stack}`));
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (!['data:', 'blob:'].includes(asked.protocol) && asked.origin !== new URL(url).origin)
      tell(`request elsewhere: ${request.url()}`);
  });
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(
        `policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
      ),
    ),
  );
  return { page, faults, context };
}

export function check(condition, text) {
  if (!condition) throw new Error(text);
}

/** The whole page, with what is drawn only when it can be seen. */
export async function photograph(page, folder, name) {
  fs.mkdirSync(folder, { recursive: true });
  const size = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: size.width, height: Math.min(Math.max(height, size.height), 4000) });
  await page.waitForTimeout(400);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await page.setViewportSize(size);
}

/** The page's own list; its modules look into the document for a report when they are loaded. */
globalThis.document = { getElementById: () => null };
export const { VIEWS } = await import('../../web/src/views.js');

/** Serious faults that axe finds. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const bad = found.violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  check(
    !bad.length,
    `axe: ${bad.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary}`).join('\n')}`,
  );
}

/** The view is there, and nothing in it still loads. */
export async function settled(page, timeout = 30000) {
  await page.waitForSelector('.view');
  await page.waitForFunction(
    () =>
      !document.querySelector('[aria-busy="true"]') &&
      ![...document.querySelectorAll('.empty, .chart-message')].some(
        (node) => node.textContent === 'Loading' && node.offsetParent,
      ),
    null,
    { timeout },
  );
  const odd = /.{0,40}\b(undefined|NaN|Invalid Date)\b.{0,40}/.exec(await page.locator('.view').innerText());
  check(!odd, `the page says: ${odd?.[0]}`);
}

/** Nothing reaches beyond the right edge. */
export async function fits(page) {
  const wide = await page.evaluate(() => {
    const charts = [...document.querySelectorAll('.chart')].map((chart) => chart.scrollWidth - chart.clientWidth);
    return Math.max(document.documentElement.scrollWidth - innerWidth, ...charts);
  });
  check(wide <= 0, `something is ${wide} px wider than its place`);
}
