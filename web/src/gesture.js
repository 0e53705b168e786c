/* gesture.js - moving the range on a chart: Shift and drag, one finger, two fingers, the wheel with Ctrl. */

/** @typedef {import('./group.js').ChartGroup} ChartGroup */

const WHEEL_STEP = 1.25;
const LEAST_MS = 2000;

/**
 * @param {uPlot} plot
 * @param {ChartGroup} group
 */
export function bindGestures(plot, group) {
  const { over } = plot;
  /** @type {Map<number, number>} where each pointer is, in px */
  const pointers = new Map();
  let start = { from: 0, to: 0, middle: 0, apart: 0 };

  const begin = () => {
    const at = [...pointers.values()];
    const middle = at.reduce((sum, x) => sum + x, 0) / (at.length || 1);
    start = { from: group.from, to: group.to, middle, apart: at.length > 1 ? Math.abs(at[0] - at[1]) : 0 };
  };

  /** @param {PointerEvent} event */
  const down = (event) => {
    if (event.pointerType !== 'touch' && !event.shiftKey) return;
    over.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, event.offsetX);
    begin();
  };

  /** @param {PointerEvent} event */
  const move = (event) => {
    if (!pointers.has(event.pointerId)) return;
    pointers.set(event.pointerId, event.offsetX);
    const at = [...pointers.values()];
    const middle = at.reduce((sum, x) => sum + x, 0) / at.length;
    const apart = at.length > 1 ? Math.max(Math.abs(at[0] - at[1]), 8) : 0;
    const length = start.to - start.from;
    const longer = start.apart && apart ? Math.max((length * start.apart) / apart, LEAST_MS) : length;
    const held = start.from + (length * start.middle) / over.clientWidth; // the time that was taken hold of
    const from = held - (longer * middle) / over.clientWidth;
    group.moving(from, from + longer);
  };

  /** @param {PointerEvent} event */
  const up = (event) => {
    if (pointers.delete(event.pointerId)) begin();
  };

  /** @param {WheelEvent} event */
  const wheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const length = group.to - group.from;
    const longer = Math.max(length * (event.deltaY > 0 ? WHEEL_STEP : 1 / WHEEL_STEP), LEAST_MS);
    const from = group.from + ((length - longer) * event.offsetX) / over.clientWidth;
    group.moving(from, from + longer);
  };

  over.addEventListener('pointerdown', down);
  over.addEventListener('pointermove', move);
  over.addEventListener('pointerup', up);
  over.addEventListener('pointercancel', up);
  over.addEventListener('wheel', wheel, { passive: false });
}
