/* packed.js - the numbers of a report file: src/serve/api/columns.h says how they are packed. */

/** @typedef {(number | null)[]} PackedColumn */

/**
 * The values of a column.
 * @param {string} text - base64
 * @param {number} quantum
 * @returns {PackedColumn}
 */
export function unpackColumn(text, quantum) {
  const bytes = atob(text);
  const digits = Math.max(0, -Math.floor(Math.log10(quantum) + 1e-9));
  /** @type {PackedColumn} */
  const out = [];
  let at = 0;
  let last = 0;
  const next = () => {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes.charCodeAt(at++);
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const token = next();
    if (token === 0) {
      out.push(null);
      continue;
    }
    if (token === 1) {
      for (let n = next(); n > 0; n--) out.push(out[out.length - 1]);
      continue;
    }
    const zigzag = token - 2;
    last += zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2;
    out.push(Number((last * quantum).toFixed(digits)));
  }
  return out;
}
