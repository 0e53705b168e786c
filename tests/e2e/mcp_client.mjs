// The official client of the Model Context Protocol against `sonde mcp` and `sonde serve --mcp`, and noise.
// node mcp_client.mjs SDK stdio PROGRAM ARGUMENTS... | http URL [TOKEN] | refused URL |
//                         noise COUNT SEED PROGRAM ARGUMENTS...
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import assert from 'node:assert/strict';

const [sdk, mode, ...rest] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(join(sdk, 'dist/esm/client', file)).href);

// What each tool is called with, besides nothing where it needs nothing.
const calls = {
  current_state: [{}],
  anomalies: [{}, { severity: 'warning', limit: 1 }, { from: '-30d' }],
  query: [
    { metrics: 'cpu.util,memory.*' },
    { metrics: '*', points: 200, limit: 40 },
    { metrics: 'no.such', from: '-1h' },
  ],
  list_metrics: [{}, { metrics: 'cpu.*', limit: 1 }],
  compare: [{ from: '-1m', to: 'now' }, { from: '-2d', to: 'now', with_from: '-4d', with_to: '-2d', limit: 3 }],
  forecasts: [{}, { metrics: 'memory.util', horizon_min: 5 }],
  states: [{}, { from: '-2h' }],
  processes: [{}, { sort: 'memory', limit: 3 }],
  events: [{}, { kind: 'gap', severity: 'info', limit: 2 }],
  ask: [{ question: 'how is the memory' }, { question: 'what is the meaning of life' }],
  doctor: [{}],
};

const fails = async (promise, code, what) => {
  let error = null;
  await promise.catch((e) => { error = e; });
  assert.equal(error?.code, code, `${what}: ${error}`);
};

// Every tool, resource and prompt, with what the client itself checks: answers against their schemas.
const everything = async (client) => {
  let n = 0, longest = 0, largest = 0;
  await client.ping();
  assert.equal(client.getServerVersion().name, 'sonde');
  assert.ok(client.getInstructions().includes('current_state'));
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((t) => t.name).sort(), Object.keys(calls).sort());
  for (const tool of tools) {
    assert.ok(tool.annotations.readOnlyHint && tool.outputSchema && tool.title, tool.name);
    for (const args of calls[tool.name]) {
      const begin = performance.now();
      const result = await client.callTool({ name: tool.name, arguments: args });
      if (tool.name !== 'doctor') longest = Math.max(longest, performance.now() - begin);
      const bytes = JSON.stringify(result).length;
      largest = Math.max(largest, bytes);
      assert.ok(!result.isError, `${tool.name} ${JSON.stringify(args)}: ${result.content[0].text}`);
      assert.ok(result.structuredContent && result.content[0].text.length > 10, tool.name);
      assert.ok(bytes < 64000, `${tool.name} ${JSON.stringify(args)}: ${bytes} bytes`);
      n++;
    }
    const odd = { name: tool.name, arguments: { colour: 'red' } };
    await fails(client.callTool(odd), -32602, `${tool.name} with a colour`);
  }
  const { resources } = await client.listResources();
  assert.equal(resources.length, 3);
  for (const r of resources) {
    const { contents } = await client.readResource({ uri: r.uri });
    assert.ok(contents[0].text.length > 20, r.uri);
    if (contents[0].mimeType === 'application/json') JSON.parse(contents[0].text);
    n++;
  }
  const { resourceTemplates } = await client.listResourceTemplates();
  const { sessions } = JSON.parse((await client.readResource({ uri: 'sonde://sessions' })).contents[0].text);
  const one = await client.readResource({ uri: resourceTemplates[0].uriTemplate.replace('{id}', sessions[0].id) });
  assert.equal(JSON.parse(one.contents[0].text).id, sessions[0].id);
  const { prompts } = await client.listPrompts();
  for (const p of prompts) {
    const args = Object.fromEntries(p.arguments.map((a) => [a.name, '14:05']));
    assert.ok((await client.getPrompt({ name: p.name, arguments: args })).messages[0].content.text.includes('14:05'));
    n++;
  }
  await fails(client.callTool({ name: 'nothing', arguments: {} }), -32602, 'an unknown tool');
  await fails(client.callTool({ name: 'query', arguments: {} }), -32602, 'query of nothing');
  await fails(client.callTool({ name: 'query', arguments: { metrics: 5 } }), -32602, 'query of 5');
  await fails(client.callTool({ name: 'events', arguments: { limit: 1e6 } }), -32602, 'a million events');
  await fails(client.readResource({ uri: 'sonde://nothing' }), -32002, 'no such resource');
  await fails(client.getPrompt({ name: 'explain_time' }), -32602, 'a prompt without its argument');
  const wrong = await client.callTool({ name: 'query', arguments: { metrics: '*', from: 'whenever' } });
  assert.ok(wrong.isError && wrong.content[0].text.includes('no time'));
  return `${n} calls, at most ${Math.round(longest)} ms and ${largest} bytes`;
};

const connect = async (transport) => {
  const { Client } = await load('index.js');
  const client = new Client({ name: 'sonde-test', version: '1' });
  await client.connect(transport);
  return client;
};

const stdio = async (program, ...args) => {
  const { StdioClientTransport } = await load('stdio.js');
  const options = { command: program, args, env: process.env, stderr: 'inherit' };
  const client = await connect(new StdioClientTransport(options));
  console.log(`stdio: ${await everything(client)}`);
  await client.close();
};

const http = async (url, token) => {
  const { StreamableHTTPClientTransport } = await load('streamableHttp.js');
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  const client = await connect(transport);
  console.log(`http: ${await everything(client)}`);
  await transport.terminateSession();
  await client.close();
};

const refused = async (url) => {
  let error = null;
  await http(url).catch((e) => { error = e; });
  assert.ok(error && !(error instanceof assert.AssertionError), `it was let in: ${error}`);
  console.log(`refused: ${String(error.message).slice(0, 80)}`);
};

// ---- noise ----

let state = 1;
const random = (n) => { // xorshift32: the same noise every time
  state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
  return (state >>> 0) % n;
};
const pick = (list) => list[random(list.length)];

const valid = () => {
  const id = pick([random(1e6), `id${random(99)}`]);
  const rpc = (method, params) => ({ jsonrpc: '2.0', id, method, ...(params ? { params } : {}) });
  const tool = pick(Object.keys(calls).filter((name) => name !== 'doctor'));
  return pick([
    () => rpc('tools/call', { name: tool, arguments: pick(calls[tool]) }),
    () => rpc('tools/call', { name: tool, arguments: pick(calls[pick(Object.keys(calls))]) }),
    () => rpc(pick(['ping', 'tools/list', 'resources/list', 'prompts/list', 'logging/setLevel'])),
    () => rpc('resources/templates/list'),
    () => rpc('resources/read', { uri: `sonde://${pick(['report', 'metrics', 'sessions', 'session/x'])}` }),
    () => rpc('prompts/get', { name: 'explain_time', arguments: { when: 'now' } }),
    () => rpc('initialize', { protocolVersion: pick(['2025-06-18', '2025-03-26', '1']), capabilities: {} }),
    () => ({ jsonrpc: '2.0', method: 'notifications/initialized' }),
    () => [rpc('ping'), rpc('tools/list'), { jsonrpc: '2.0', method: 'notifications/x' }],
  ])();
};

const odd = ['null', '-1', '1e308', '""', '[]', '{}', 'true', '"\\u0000"', '"\\ud800"', '9'.repeat(20), '"%n%s"'];
const swap = (text) => text.replace(/(:)("[^"]*"|[0-9]+)/g, (all, colon) => (random(4) ? all : colon + pick(odd)));

const mutate = (bytes) => {
  let b = Buffer.from(bytes);
  for (let times = random(4); times >= 0 && b.length; times--) {
    const at = random(b.length), n = 1 + random(Math.min(20, b.length - at));
    b = pick([
      () => { const c = Buffer.from(b); c[at] ^= 1 << random(8); return c; },
      () => Buffer.concat([b.subarray(0, at), b.subarray(at + n)]),
      () => Buffer.concat([b.subarray(0, at + n), b.subarray(at)]),
      () => Buffer.concat([b.subarray(0, at), Buffer.from(pick(odd)), b.subarray(at)]),
      () => Buffer.from(swap(b.toString('latin1')), 'latin1'),
      () => b.subarray(0, at),
      () => Buffer.from([random(256), random(256), random(256), random(256)]),
      () => Buffer.concat([Buffer.from('['.repeat(random(3000))), b]),
      () => b,
    ])();
  }
  return Buffer.from(b.map((byte) => (byte === 10 ? 32 : byte)));
};

// The same as JSON that stays whole: a value somewhere in it becomes another, is left out, or has company.
const bend = (message) => {
  const places = [];
  const walk = (x) => Object.keys(x).forEach((key) => {
    places.push([x, key]);
    if (x[key] && typeof x[key] === 'object') walk(x[key]);
  });
  const m = structuredClone(message);
  for (let times = random(3); times >= 0; times--) {
    places.length = 0;
    walk(m);
    const [x, key] = places.length ? pick(places) : [m, 'x'];
    const long = 'x'.repeat(random(5000));
    const value = pick([null, -1, 1e15, '', [], {}, true, long, '\u0000', '\ud83d\ude00 %n%s', '-2h', '*', 'cpu.*',
      'now', random(300), 0.5, 'session_20261122_000000', ['a'], { a: { b: [1] } }]);
    pick([() => { x[key] = value; }, () => { delete x[key]; }, () => { x[`${key}${random(9)}`] = value; }])();
  }
  return Buffer.from(JSON.stringify(m));
};

// What a line is, as far as JSON.parse and the server may not differ: a request by its id.
const idOf = (line) => {
  try {
    const m = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
    const asks = m && m.jsonrpc === '2.0' && typeof m.method === 'string' && !Array.isArray(m);
    return asks && ['string', 'number'].includes(typeof m.id) ? JSON.stringify(m.id) : undefined;
  } catch {
    return undefined;
  }
};

const noise = async (count, seed, program, ...args) => {
  state = Number(seed);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => { child.on('exit', (code, signal) => resolve(signal ?? code)); });
  const lines = [];
  let partial = '', wake = () => {};
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const parts = (partial + text).split('\n');
    partial = parts.pop();
    lines.push(...parts);
    wake();
  }).on('close', () => wake());
  const next = async () => {
    const lives = () => child.exitCode === null && child.signalCode === null;
    while (!lines.length && lives()) await new Promise((r) => { wake = r; });
    assert.ok(lines.length, `it ended: ${child.exitCode ?? child.signalCode}`);
    return lines.shift();
  };
  let asked = 0, answered = 0, errors = 0;
  for (let done = 0; done < count;) {
    const sent = [];
    for (let i = 0; i < 50 && done < count; i++, done++)
      sent.push(random(2) ? bend(valid()) : mutate(JSON.stringify(valid())));
    child.stdin.write(Buffer.concat(sent.flatMap((line, i) =>
      [line, Buffer.from(`\n{"jsonrpc":"2.0","id":"after ${done} ${i}","method":"ping"}\n`)])));
    for (const [i, line] of sent.entries()) {
      const want = idOf(line), got = [];
      const after = `{"jsonrpc":"2.0","id":"after ${done} ${i}","result":{}}`;
      for (let text; (text = await next()) !== after;) got.push(text);
      assert.ok(got.length <= 1, `${got.length} answers to ${line}`);
      const answer = got.length ? JSON.parse(got[0]) : null;
      if (answer && answer.error) errors++;
      if (want === undefined) continue;
      asked++;
      assert.ok(answer, `no answer to ${line}`);
      assert.ok(JSON.stringify(answer.id) === want || answer.error?.code === -32700, `${got[0]} to ${line}`);
      answered++;
    }
  }
  child.stdin.end();
  assert.equal(await ended, 0, 'how it ended');
  assert.ok(asked > count / 5 && errors > count / 5, `${asked} requests, ${errors} errors: too few to prove anything`);
  console.log(`noise: ${count} messages, ${answered} of ${asked} requests answered, ${errors} errors`);
};

await { stdio, http, refused, noise: (count, ...more) => noise(Number(count), ...more) }[mode](...rest);
