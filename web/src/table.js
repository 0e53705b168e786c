/* table.js - tables that are sorted by a click on a heading. */
import { h, button, fill } from './dom.js';

/**
 * @typedef {{label: string, num?: boolean, value: (row: any) => any, show?: (row: any) => any,
 *   title?: (row: any) => string, narrow?: boolean}} ColumnOf - value is what is sorted by; show what stands there;
 *   narrow: left out on a phone
 */

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
    this.body = h('tbody');
    this.heads = columns.map((column, i) =>
      h(
        'th',
        { scope: 'col', class: this.classOf(column) },
        button(column.label, () => this.sortBy(i), { class: 'sort' }),
      ),
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

  /** @param {ColumnOf} column */
  classOf(column) {
    return [column.num && 'num', column.narrow && 'not-narrow'].filter(Boolean).join(' ') || null;
  }

  /** @param {number} i */
  sortBy(i) {
    this.descending = this.by === i ? !this.descending : Boolean(this.columns[i].num);
    this.by = i;
    this.draw();
  }

  /** @param {any[]} rows */
  setRows(rows) {
    this.rows = rows;
    this.draw();
  }

  sorted() {
    if (this.by < 0) return this.rows;
    const { value } = this.columns[this.by];
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
    this.heads.forEach((head, i) =>
      head.setAttribute('aria-sort', i !== this.by ? 'none' : this.descending ? 'descending' : 'ascending'),
    );
    const rows = this.sorted();
    const shown = rows.slice(0, this.options.most ?? 500);
    fill(
      this.body,
      shown.map((row) =>
        h(
          'tr',
          null,
          this.columns.map((column) =>
            h(
              'td',
              { class: this.classOf(column), title: column.title?.(row) },
              column.show ? column.show(row) : column.value(row),
            ),
          ),
        ),
      ),
    );
    this.foot.textContent =
      rows.length === 0
        ? (this.options.empty ?? 'None.')
        : rows.length > shown.length
          ? `and ${rows.length - shown.length} more`
          : '';
  }
}
