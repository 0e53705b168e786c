/* process_table.js - processes of an instant. */
import { amount } from './format.js';
import { Table } from './table.js';

const STATES = { R: 'running', S: 'asleep', D: 'waiting', Z: 'ended', T: 'stopped', I: 'idle' };

/** @param {string} key @param {string} unit @param {string} label @param {boolean} [narrow] */
function column(key, unit, label, narrow) {
  return {
    label,
    num: true,
    narrow,
    value: (/** @type {any} */ row) => row[key],
    show: (/** @type {any} */ row) => amount(row[key], unit),
  };
}

/** Of processes, with their names, most of a processor first. */
export function processTable() {
  return new Table(
    'Processes',
    [
      { label: 'process', value: (row) => row.name, title: (row) => `pid ${row.pid}, parent ${row.ppid}` },
      { label: 'pid', num: true, narrow: true, value: (row) => row.pid },
      column('cpu_percent', '%', 'processor'),
      column('rss_bytes', 'By', 'memory'),
      column('read_rate', 'By/s', 'read', true),
      column('write_rate', 'By/s', 'written', true),
      column('threads', '1', 'threads', true),
      column('gpu_bytes', 'By', 'GPU memory', true),
      {
        label: 'state',
        narrow: true,
        value: (row) => STATES[/** @type {keyof typeof STATES} */ (row.state)] ?? row.state,
      },
    ],
    { sort: 2, descending: true, empty: 'No process is known at this instant.', most: 100 },
  );
}
