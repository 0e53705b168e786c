/* table.js - tables: as they are, and such as are sorted by a click on a heading. */
import { h, button, fill } from './dom.js';

/**
 * @typedef {{label: any, num?: boolean, value?: (row: any) => any, show?: (row: any) => any,
 *   title?: (row: any) => string, narrow?: boolean}} ColumnOf - value is what is sorted by, if it can be; show what
 *   stands there; narrow: left out on a phone
 */

/** @param {ColumnOf} column */
function classOf({ num, narrow }) {
  return [num && 'num', narrow && 'not-narrow'].filter(Boolean).join(' ') || null;
}

/** @param {ColumnOf} column @param {any} [inside] - in place of the label */
function headCell(column, inside = column.label) {
  return h('th', { scope: 'col', class: classOf(column) }, inside);
}

/** @param {ColumnOf[]} columns @param {any} row */
function rowOf(columns, row) {
  return h(
    'tr',
    null,
    columns.map((column) =>
      h('td', { class: classOf(column), title: column.title?.(row) }, (column.show ?? column.value)?.(row)),
    ),
  );
}

/**
 * A table whose rows stay as they are given.
 * @param {string} caption
 * @param {ColumnOf[]} columns
 * @param {any[]} rows
 * @param {{name?: string, unseen?: boolean}} [options] - its class; whether the caption is only for those who do not
 *   see the rest
 */
export function plainTable(caption, columns, rows, { name, unseen } = {}) {
  return h(
    'table',
    { class: name },
    h('caption', { class: unseen && 'unseen', text: caption }),
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        columns.map((column) => headCell(column)),
      ),
    ),
    h(
      'tbody',
      null,
      rows.map((row) => rowOf(columns, row)),
    ),
  );
}

export class Table {
  /**
   * @param {string} caption - for those who do not see it
   * @param {ColumnOf[]} columns
   * @param {{sort?: number, descending?: boolean, empty?: string, most?: number}} [options]
   */
  constructor(caption, columns, options = {}) {
    this.columns = columns;
    this.options = options;
    this.by = options.sort ?? -1;
    this.descending = options.descending ?? false;
    /** @type {any[]} */
    this.rows = [];
    this.empty = options.empty;
    this.body = h('tbody');
    this.heads = columns.map((column, i) =>
      headCell(column, column.value && button(column.label, () => this.sortBy(i), { class: 'sort' })),
    );
    this.foot = h('p', { class: 'more' });
    this.root = h(
      'div',
      { class: 'table-frame', tabindex: '0', role: 'region', 'aria-label': caption },
      h(
        'table',
        null,
        h('caption', { class: 'unseen', text: caption }),
        h('thead', null, h('tr', null, this.heads)),
        this.body,
      ),
      this.foot,
    );
  }

  /** @param {number} i */
  sortBy(i) {
    this.descending = this.by === i ? !this.descending : Boolean(this.columns[i].num);
    this.by = i;
    this.draw();
  }

  /** @param {any[]} rows @param {string} [empty] - what is said where there are none */
  setRows(rows, empty = this.options.empty) {
    this.rows = rows;
    this.empty = empty;
    this.draw();
  }

  sorted() {
    const value = this.columns[this.by]?.value;
    if (!value) return this.rows;
    const sign = this.descending ? -1 : 1;
    // What is not known stands last, whichever way.
    return [...this.rows].sort((a, b) => {
      const x = value(a),
        y = value(b);
      if (x == null || y == null) return x == null ? (y == null ? 0 : 1) : -1;
      return sign * (typeof x === 'string' ? x.localeCompare(y) : x - y);
    });
  }

  draw() {
    this.heads.forEach((head, i) => {
      if (this.columns[i].value)
        head.setAttribute('aria-sort', i !== this.by ? 'none' : this.descending ? 'descending' : 'ascending');
    });
    const rows = this.sorted();
    const shown = rows.slice(0, this.options.most ?? 500);
    fill(
      this.body,
      shown.map((row) => rowOf(this.columns, row)),
    );
    this.foot.textContent =
      rows.length === 0
        ? (this.empty ?? 'None.')
        : rows.length > shown.length
          ? `and ${rows.length - shown.length} more`
          : '';
  }
}
