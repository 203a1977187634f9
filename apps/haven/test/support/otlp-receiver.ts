import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as Haven exported it. */
export interface SentSpan {
  traceId: string;
  spanId: string;
  parentId: string;
  name: string;
  kind: number;
  start: bigint;
  end: bigint;
  attributes: Record<string, string>;
  isError: boolean;
}

interface ReceivedExport {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * An OTLP endpoint that stores the requests it receives (opentelemetry-proto, `ExportTraceServiceRequest` and
 * `…Metrics…`).
 */
export class OtlpReceiver {
  readonly sent: ReceivedExport[] = [];
  status = 200;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        receiver.sent.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
        response.writeHead(receiver.status, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`; // a listening TCP server has a port
  }

  get spans(): SentSpan[] {
    return this.bodies('/v1/traces').flatMap((body) =>
      children(body, 1).flatMap((resource) => children(resource, 2).flatMap((scope) => children(scope, 2).map(spanOf))),
    );
  }

  /** The names of the metrics, and the attributes of their resource. */
  get metrics(): { names: string[]; resource: Record<string, string> } {
    const all = this.bodies('/v1/metrics').flatMap((body) => children(body, 1));
    const metrics = all.flatMap((resource) => children(resource, 2).flatMap((scope) => children(scope, 2)));
    return {
      names: metrics.map((metric) => text(metric, 1)),
      resource: Object.assign({}, ...all.flatMap((one) => children(one, 1)).map((one) => attributesOf(one, 1))),
    };
  }

  /** All bodies as text, to check what they must not contain. */
  get everything(): string {
    return this.sent.map(({ body }) => body.toString('latin1')).join('\n');
  }

  clear(): void {
    this.sent.length = 0;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private bodies(path: string): Buffer[] {
    return this.sent.filter((one) => one.path === path).map(({ body }) => body);
  }
}

function spanOf(span: Buffer): SentSpan {
  const [start = 0n, end = 0n] = [7, 8].map((field) => children(span, field)[0]?.readBigUInt64LE());
  return {
    traceId: children(span, 1)[0]?.toString('hex') ?? '',
    spanId: children(span, 2)[0]?.toString('hex') ?? '',
    parentId: children(span, 4)[0]?.toString('hex') ?? '',
    name: text(span, 5),
    kind: number(span, 6),
    start,
    end,
    attributes: attributesOf(span, 9),
    isError: children(span, 15).some((status) => number(status, 3) === 2),
  };
}

function attributesOf(message: Buffer, field: number): Record<string, string> {
  return Object.fromEntries(
    children(message, field).map((pair) => {
      const [value = Buffer.alloc(0)] = children(pair, 2);
      const isText = children(value, 1).length > 0;
      return [text(pair, 1), isText ? text(value, 1) : String(number(value, 3))];
    }),
  );
}

function text(message: Buffer, field: number): string {
  return children(message, field)[0]?.toString() ?? '';
}

function number(message: Buffer, field: number): number {
  const [bytes] = children(message, field);
  return bytes ? Number(varint(bytes, 0).value) : 0;
}

/** Returns the bytes of all values of a field (protobuf's wire format). */
function children(message: Buffer, wanted: number): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < message.length;) {
    const tag = varint(message, at);
    const [start, end] = extentOf(message, Number(tag.value & 7n), tag.end);
    if (Number(tag.value >> 3n) === wanted) found.push(message.subarray(start, end));
    at = end;
  }
  return found;
}

function extentOf(message: Buffer, wire: number, at: number): [start: number, end: number] {
  if (wire === 0) return [at, varint(message, at).end];
  if (wire === 1) return [at, at + 8];
  if (wire === 5) return [at, at + 4];
  if (wire !== 2) throw new Error(`Unknown protobuf wire type: ${wire}`);
  const length = varint(message, at);
  return [length.end, length.end + Number(length.value)];
}

function varint(bytes: Buffer, start: number): { value: bigint; end: number } {
  let value = 0n;
  for (let at = start, shift = 0n; ; at++, shift += 7n) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error('Truncated varint.');
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return { value, end: at + 1 };
  }
}
