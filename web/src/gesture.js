/* gesture.js - moving the range on a chart: Shift and drag, one finger, two fingers, the wheel with Ctrl. */
import { moved } from './route.js';

/** @typedef {import('./group.js').ChartGroup} ChartGroup */

const WHEEL_STEP = 1.25;
const HOLD_PX = 8; // a finger that taps or scrolls moves by less, sideways

/**
 * @param {uPlot} plot
 * @param {ChartGroup} group
 */
export function bindGestures(plot, group) {
  const { over } = plot;
  /** @type {Map<number, number>} where each pointer is, in px */
  const pointers = new Map();
  let start = { from: 0, to: 0, middle: 0, apart: 0 };
  let before = { from: 0, to: 0 }; // any pointer touched
  let isMoving = false;

  /** Where the pointers are: the middle of them, and how far apart two of them are. */
  const hold = () => {
    const at = [...pointers.values()];
    const middle = at.reduce((sum, x) => sum + x, 0) / (at.length || 1);
    return { middle, apart: at.length > 1 ? Math.max(Math.abs(at[0] - at[1]), HOLD_PX) : 0 };
  };
  const begin = () => {
    start = { from: group.from, to: group.to, ...hold() };
  };

  /** @param {PointerEvent} event */
  const down = (event) => {
    if (event.pointerType !== 'touch' && !event.shiftKey) return;
    over.setPointerCapture(event.pointerId);
    if (!pointers.size) {
      before = { from: group.from, to: group.to };
      isMoving = false;
    }
    pointers.set(event.pointerId, event.offsetX);
    begin();
  };

  /** @param {PointerEvent} event */
  const move = (event) => {
    if (!pointers.has(event.pointerId)) return;
    pointers.set(event.pointerId, event.offsetX);
    const { middle, apart } = hold();
    isMoving ||= apart > 0 || Math.abs(middle - start.middle) >= HOLD_PX;
    if (!isMoving) return;
    const scale = start.apart && apart ? start.apart / apart : 1;
    const held = start.middle / over.clientWidth; // what was taken hold of stays below the fingers
    const { from, to } = moved(start, scale * (held - middle / over.clientWidth), scale, held);
    group.moving(from, to);
  };

  /** @param {PointerEvent} event */
  const up = (event) => {
    if (pointers.delete(event.pointerId)) begin();
  };

  /** The browser scrolls with this finger. @param {PointerEvent} event */
  const cancel = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    if (isMoving) group.moveBack(before.from, before.to);
    begin();
  };

  /** @param {WheelEvent} event */
  const wheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const scale = event.deltaY > 0 ? WHEEL_STEP : 1 / WHEEL_STEP;
    const { from, to } = moved(group, 0, scale, event.offsetX / over.clientWidth);
    group.moving(from, to);
  };

  over.addEventListener('pointerdown', down);
  over.addEventListener('pointermove', move);
  over.addEventListener('pointerup', up);
  over.addEventListener('pointercancel', cancel);
  over.addEventListener('wheel', wheel, { passive: false });
}
