/* listing.js - a table with a field above it that finds rows by their words. */
import { field } from './dom.js';

/** @typedef {import('./table.js').Table} Table */

/** Do all words that were typed stand in a text? @param {string} text @param {string} typed */
export function hasWords(text, typed) {
  const lower = text.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}

export class Listing {
  /**
   * @param {Table} table
   * @param {{label: string, hint: string, text: (row: any) => string, also?: (row: any) => boolean}} options - label
   *   and hint are of the field, text is what is searched in; a row is shown where `also` wants it, too
   */
  constructor(table, { label, hint, text, also }) {
    this.table = table;
    this.text = text;
    this.also = also ?? (() => true);
    /** @type {any[]} */
    this.rows = [];
    this.search = field({
      type: 'search',
      placeholder: hint,
      'aria-label': label,
      on: { input: () => this.draw() },
    });
  }

  /** @param {any[]} rows */
  setRows(rows) {
    this.rows = rows;
    this.draw();
  }

  draw() {
    const typed = this.search.value;
    const wanted = this.rows.filter(this.also);
    const found = wanted.filter((row) => hasWords(this.text(row), typed));
    this.table.setRows(found, wanted.length > found.length ? 'Nothing has these words.' : undefined);
  }
}
