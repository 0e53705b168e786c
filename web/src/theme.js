/* theme.js - dark or light, and the colours of style.css for what is drawn on a canvas. */

/** Colours by their names in style.css; `series` are those of lines, in order. */
export const theme = {
  mute: '',
  line: '',
  band: '',
  warn: '',
  warnFill: '',
  bad: '',
  badFill: '',
  grey: '',
  series: /** @type {string[]} */ ([]),
  font: '',
};

const SERIES = 7;

/** Takes the colours over from the style sheet, as it is now. */
function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const of = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  for (const name of /** @type {const} */ (['mute', 'line', 'band', 'warn', 'bad', 'grey'])) theme[name] = of(name);
  theme.warnFill = of('warn-fill');
  theme.badFill = of('bad-fill');
  theme.series = Array.from({ length: SERIES }, (_, i) => of(`series-${i + 1}`));
  theme.font = `12px ${of('font')}`;
}

/** Who draws again when the colours change. @type {Set<() => void>} */
const drawers = new Set();
/** @param {() => void} draw @returns {() => void} ends it */
export function whenThemeChanges(draw) {
  drawers.add(draw);
  return () => drawers.delete(draw);
}

/** "dark", "light", or "auto": as the system says. */
let choice = 'auto';
export const themeChoice = () => choice;

/** @param {string} chosen */
function setTheme(chosen) {
  choice = chosen;
  const dark = choice === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : choice === 'dark';
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  readTheme();
  for (const draw of drawers) draw();
}

/** @param {string} chosen */
export function chooseTheme(chosen) {
  try {
    localStorage.setItem('theme', chosen);
  } catch {
    /* a browser that keeps nothing: the choice holds until the page is closed */
  }
  setTheme(chosen);
}

export function startTheme() {
  let kept = null;
  try {
    kept = localStorage.getItem('theme');
  } catch {
    /* as above */
  }
  setTheme(kept === 'dark' || kept === 'light' ? kept : 'auto');
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => setTheme(choice));
}
