// A collector as OpenTelemetry's own generated code reads and writes it: node otlp_stub.mjs DIR. Its port stands in
// DIR/port; what it took, one request behind the other, which is one message again, in DIR/took; a line for each
// request in DIR/requests. The first two are put off, the third is taken but for three values, as it says.
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../web/package.json', import.meta.url));
const at = require.resolve('@opentelemetry/otlp-transformer').replace(/build[/\\].*/, 'build/src/generated/root.js');
const { ExportMetricsServiceRequest: Request, ExportMetricsServiceResponse: Response } =
  require(at).opentelemetry.proto.collector.metrics.v1;
const dir = process.argv[2];
const answers = [
  { status: 503 },
  { status: 429, head: { 'Retry-After': '1' } },
  { status: 200, says: { partialSuccess: { rejectedDataPoints: 3, errorMessage: 'too far \u009b[2J away' } } },
];

const points = (bytes) =>
  Request.decode(bytes).resourceMetrics.flatMap((r) => r.scopeMetrics).flatMap((s) => s.metrics)
    .reduce((n, m) => n + (m.gauge ?? m.sum).dataPoints.length, 0);

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const body = Buffer.concat(pieces);
    const { status, head, says } = answers.shift() ?? { status: 200 };
    const { method, url, headers } = request;
    appendFileSync(`${dir}/requests`,
      `${status} ${points(body)} ${method} ${url} ${headers['content-type']} ${headers.accept}\n`);
    if (status === 200) appendFileSync(`${dir}/took`, body);
    response.writeHead(status, { 'Content-Type': 'application/x-protobuf', ...head });
    response.end(status === 200 ? Response.encode(Response.create(says ?? {})).finish() : '');
  });
});
server.listen(0, '127.0.0.1', () => {
  writeFileSync(`${dir}/port.new`, `${server.address().port}`);
  renameSync(`${dir}/port.new`, `${dir}/port`);
});
