/*
 * sw.js - keeps the shell of the page, so that it opens while the machine is not reachable and says so.
 * Data is never kept: an old number without a word would be worse than none.
 */
const SHELL = 'sonde-@VERSION@';
const FILES = ['./', 'app.js', 'uplot.js', 'style.css', 'icon.svg', 'manifest.webmanifest'];

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name)));
  event.waitUntil(
    caches
      .keys()
      .then(old)
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const base = new URL('./', self.location.href);
  const name = url.pathname.slice(base.pathname.length) || './';
  if (event.request.method !== 'GET' || url.origin !== base.origin || !FILES.includes(name)) return;
  // The network first: a new build shows at once, and the kept one only when there is no other.
  event.respondWith(
    fetch(event.request).catch(() =>
      caches.match(event.request, { ignoreSearch: true }).then((kept) => kept ?? Response.error()),
    ),
  );
});
