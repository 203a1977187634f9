import type { Change, ChangeFeed, FeedOptions } from './change.js';
import { Deadline } from './deadline.js';
import { ConnectionError, HavenError } from './error.js';
import { readEvents } from './event-stream.js';
import type { StreamItem } from './event-stream.js';
import { parseJson, toJson } from './json.js';
import { delayAfter, isTemporary } from './retry.js';
import type { AnySchema } from './schema.js';
import { isProblem } from './transport.js';
import type { HavenRequest, Transport } from './transport.js';
import { onlineAgain, reasonOf, wait } from './wait.js';

/** Time without a heartbeat after which a connection counts as broken: three times that of Haven. */
const HEARTBEAT_TIMEOUT_MS = 45_000;

/** Follows the change feed over server-sent events. Reconnects after interruptions, from the newest position. */
export class Feed implements ChangeFeed<Change> {
  cursor: string | undefined;
  /** Failed attempts since the stream was open last. */
  private failures = 0;
  private minDelay: number;

  constructor(
    private readonly transport: Transport,
    private readonly options: FeedOptions<AnySchema, string>,
  ) {
    this.minDelay = transport.retry.minDelay;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Change, void, undefined> {
    const { signal } = this.options;
    for (;;) {
      let failure: unknown;
      try {
        yield* this.connect();
      } catch (error) {
        if (signal?.aborted) throw reasonOf(signal);
        if (!this.canResume(error)) throw error;
        failure = error;
      }
      this.failures += 1;
      const retryIn = this.delay(failure);
      this.options.onStatus?.({ state: 'interrupted', retryIn, error: failure });
      await wait(retryIn, signal, onlineAgain);
    }
  }

  /** Reads one stream to its end. */
  private async *connect(): AsyncGenerator<Change, void, undefined> {
    this.options.onStatus?.({ state: 'connecting' });
    const deadline = new Deadline(this.options.heartbeatTimeout ?? HEARTBEAT_TIMEOUT_MS, this.options.signal);
    try {
      const { body } = await this.transport.open(this.request(), deadline.signal);
      if (!body) throw new TypeError('The response to a stream of changes has no body; `fetch` must support streams.');
      const events = readEvents(
        body,
        () => deadline.restart(),
        (ms) => (this.minDelay = ms),
      );
      for await (const event of withoutNetworkErrors(events, deadline.signal)) {
        const change = this.receive(event);
        if (!change) continue;
        deadline.pause(); // the caller may take any time
        yield change;
        deadline.restart();
      }
    } finally {
      deadline.end();
    }
  }

  private request(): HavenRequest {
    const { collection, where, after } = this.options;
    const filter = where === undefined ? undefined : toJson(where);
    const query = { after: this.cursor ?? after, collection, filter };
    return { method: 'GET', path: '/api/v1/changes', query, headers: { accept: 'text/event-stream' } };
  }

  /** Returns the change in an event, undefined if it only reports a position. Throws if it reports an error. */
  private receive({ type, data, id }: StreamItem): Change | undefined {
    if (type === 'resume') return undefined; // the server ends the stream, because it was not read
    if (type === 'error') throw streamError(data);
    if (id !== undefined) this.cursor = id;
    if (type === 'ready') {
      this.failures = 0;
      this.options.onStatus?.({ state: 'open' });
    }
    if (type !== 'ready' && type !== 'position') return JSON.parse(data) as Change; // as the API documents it
    if (id !== undefined) this.options.onPosition?.(id);
    return undefined;
  }

  /** Whether a new attempt can succeed: also with a new token, if the last one has expired. */
  private canResume(error: unknown): boolean {
    if (isTemporary(error)) return true;
    if (!(error instanceof HavenError)) return false;
    if (error.code === 'UNAUTHENTICATED') return this.transport.renewsKey && this.failures === 0;
    return error.status >= 500;
  }

  /** Returns the delay before a reconnection. A feed waits as long as the server wants. */
  private delay(failure: unknown): number {
    const policy = { ...this.transport.retry, minDelay: this.minDelay };
    const wanted = failure instanceof HavenError ? (failure.retryAfter ?? 0) * 1_000 : 0;
    return Math.max(delayAfter(undefined, this.failures, policy) ?? 0, wanted);
  }
}

/** Translates errors of the network, which are thrown while a body is read. */
async function* withoutNetworkErrors<Item>(items: AsyncIterable<Item>, signal: AbortSignal): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    const cause: unknown = signal.aborted ? signal.reason : error;
    throw new ConnectionError('The stream of changes was interrupted.', { cause });
  }
}

function streamError(data: string): Error {
  const problem = parseJson(data);
  return isProblem(problem)
    ? new HavenError(problem)
    : new ConnectionError('The stream of changes ended with an error.', { cause: data });
}
