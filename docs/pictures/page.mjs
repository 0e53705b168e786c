/*
 * page.mjs - the pictures of the page: overview and alerts by day, Explore by night, the overview on a phone.
 * Usage: node page.mjs ADDRESS FOLDER
 */
import path from 'node:path';
import { launch, open, settled } from '../../tests/web/browser.mjs';

const [, , address, folder] = process.argv;
const SHOTS = [
  ['page', 'overview', { size: 'desktop' }, { width: 1280, height: 1000 }],
  ['page-alerts', 'alerts', { size: 'desktop' }, { width: 1280, height: 800 }],
  ['page-dark', 'explore', { dark: true }, { width: 1280, height: 900 }],
  ['page-phone', 'overview', { size: 'phone' }, { width: 390, height: 844 }],
];

const browser = await launch();
for (const [name, view, options, size] of SHOTS) {
  const { page, context } = await open(browser, address, options);
  await page.setViewportSize(size);
  await page.goto(`${address}#/${view}`);
  await settled(page);
  await page.waitForTimeout(3000); /* a few instants, live */
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await context.close();
}
await browser.close();
