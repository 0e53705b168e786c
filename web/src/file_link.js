/* file_link.js - links to files that the server makes of the range that is shown. */
import { link } from './dom.js';
import { fileUrl } from './api.js';
import { rangeQuery } from './state.js';

/**
 * A range that ends now has moved on when the link is clicked.
 * @param {string} text
 * @param {string} path
 * @param {import('./api.js').Query} [query]
 * @param {string | true} [download] - the name of the file, where the server does not give one
 */
export function fileLink(text, path, query, download = true) {
  const address = () => fileUrl(path, { ...query, ...rangeQuery() });
  const node = link(text, address(), { download, on: { click: () => node.setAttribute('href', address()) } });
  return node;
}
