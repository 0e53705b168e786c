/* theme.js - dark or light, and the colours of style.css for what is drawn on a canvas. */

/** Colours by their names in style.css; `series` are those of lines, in order. */
export const theme = {
  ink: '',
  mute: '',
  line: '',
  accent: '',
  band: '',
  warn: '',
  warnFill: '',
  bad: '',
  badFill: '',
  grey: '',
  paper: '',
  series: /** @type {string[]} */ ([]),
  font: '',
};

const SERIES = 7;

/** Takes the colours over from the style sheet, as it is now. */
export function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const of = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  for (const name of /** @type {const} */ ([
    'ink',
    'mute',
    'line',
    'accent',
    'band',
    'warn',
    'bad',
    'grey',
    'paper',
  ]))
    theme[name] = of(name);
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

function changed() {
  readTheme();
  for (const draw of drawers) draw();
}

/** "dark", "light", or "auto": as the system says. @returns {string} */
export function themeChoice() {
  return document.documentElement.dataset.theme ?? 'auto';
}

/** @param {string} choice */
export function chooseTheme(choice) {
  if (choice === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  try {
    localStorage.setItem('theme', choice);
  } catch {
    /* a browser that keeps nothing: the choice holds until the page is closed */
  }
  changed();
}

export function startTheme() {
  try {
    const kept = localStorage.getItem('theme');
    if (kept === 'dark' || kept === 'light') document.documentElement.dataset.theme = kept;
  } catch {
    /* as above */
  }
  readTheme();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
}
