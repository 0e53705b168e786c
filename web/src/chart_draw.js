/* chart_draw.js - what lies behind the lines: the usual range, episodes, and how far values went within a point. */
import { theme } from './theme.js';

/** @typedef {import('./chart.js').Chart} Chart */
/** @typedef {import('./chart.js').Mark} Mark */
/** @typedef {import('./chart.js').Envelope} Envelope */

/** @param {Chart} chart */
export function drawBehind(chart) {
  const { plot } = chart;
  if (!plot) return;
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const single = chart.spec.lines.length === 1;
  const [range] = chart.usual;
  if (single && range) {
    const top = plot.valToPos(range[1], 'y', true),
      bottom = plot.valToPos(range[0], 'y', true);
    ctx.fillStyle = theme.band;
    ctx.fillRect(bbox.left, top, bbox.width, Math.max(bottom - top, 1));
  }
  for (const mark of chart.marks) drawMark(plot, mark);
  chart.envelopes.forEach((envelope, i) => envelope && drawEnvelope(plot, chart.data[0], envelope, chart.color(i)));
  ctx.restore();
}

/** @param {uPlot} plot @param {Mark} mark */
function drawMark(plot, mark) {
  const { ctx, bbox } = plot;
  const left = plot.valToPos(mark.from, 'x', true);
  const width = Math.max(plot.valToPos(mark.to, 'x', true) - left, 2 * devicePixelRatio);
  const bad = mark.severity === 'critical';
  ctx.fillStyle = bad ? theme.badFill : theme.warnFill;
  ctx.fillRect(left, bbox.top, width, bbox.height);
  ctx.fillStyle = bad ? theme.bad : theme.warn;
  ctx.fillRect(left, bbox.top, width, 3 * devicePixelRatio);
}

/** @param {uPlot} plot @param {number[]} x @param {Envelope} envelope @param {string} color */
function drawEnvelope(plot, x, envelope, color) {
  const { ctx } = plot;
  const [first, last] = plot.series[0].idxs ?? [0, -1];
  ctx.globalAlpha = 0.22;
  ctx.fillStyle = color;
  for (let i = first; i <= last; i++) {
    if (envelope.high[i] == null) continue;
    let end = i;
    while (end < last && envelope.high[end + 1] != null) end++;
    ctx.beginPath();
    for (let k = i; k <= end; k++)
      ctx.lineTo(
        plot.valToPos(x[k], 'x', true),
        plot.valToPos(/** @type {number} */ (envelope.high[k]), 'y', true),
      );
    for (let k = end; k >= i; k--)
      ctx.lineTo(plot.valToPos(x[k], 'x', true), plot.valToPos(/** @type {number} */ (envelope.low[k]), 'y', true));
    ctx.fill();
    i = end;
  }
  ctx.globalAlpha = 1;
}
