import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { toProblem } from '@haven/api';
import type { HavenConfig } from '@haven/config';
import { printJson, toHavenError } from '@haven/kernel';

import { ChangeView } from '../application/changes.contract.js';
import type { Step } from '../application/changes.service.js';

/** Delay after which clients reconnect, sent as `retry`. */
const RETRY_MS = 1_000;

/** Time for the last bytes to be sent before the connection is destroyed. */
const LINGER_MS = 1_000;

/**
 * Sends a stream of server-sent events (WHATWG HTML §9.2) at the speed of the client. A client that reads nothing for
 * `stallTimeout` receives a `resume` event and is disconnected.
 */
export class EventStream {
  private readonly raw: ServerResponse;
  private readonly ended = new AbortController();
  private readonly heartbeat: NodeJS.Timeout;
  /** Cursor of the most recent step. */
  private cursor = '';
  /** Last cursor that was sent to the client. */
  private sentCursor = '';

  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly config: HavenConfig['changes'],
    shutdown: AbortSignal,
  ) {
    this.raw = reply.raw;
    if (this.raw.destroyed) this.ended.abort();
    this.raw.once('close', () => this.ended.abort());
    this.ended.signal.addEventListener('abort', () => shutdown.removeEventListener('abort', this.stop));
    shutdown.addEventListener('abort', this.stop);
    this.heartbeat = setTimeout(() => this.sendHeartbeat(), config.heartbeat);
  }

  private readonly stop = (): void => this.ended.abort();

  /**
   * Sends the steps until they end or the client disconnects. Throws an error that occurs before the first step; a
   * later error is sent to the client.
   */
  async send(steps: (signal: AbortSignal) => AsyncIterable<Step>): Promise<void> {
    try {
      for await (const step of steps(this.ended.signal)) await this.sendStep(step);
    } catch (error) {
      if (!this.raw.headersSent) throw error;
      this.fail(error);
    } finally {
      this.end();
    }
  }

  private async sendStep({ changes, cursor }: Step): Promise<void> {
    this.cursor = cursor;
    if (!this.raw.headersSent) {
      this.open();
      return this.write(`retry: ${RETRY_MS}\n${toServerSentEvent(ChangeView.ready(cursor))}`);
    }
    if (changes.length > 0)
      await this.write(changes.map(toServerSentEvent).join('') + this.cursorAfter(changes.at(-1)?.cursor));
  }

  private open(): void {
    this.reply.hijack();
    this.raw.writeHead(200, {
      ...(this.reply.getHeaders() as OutgoingHttpHeaders),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'close',
    });
  }

  /**
   * Returns an event with only an id if the cursor is beyond the last change that was sent. Clients store the id, but
   * dispatch no event.
   */
  private cursorAfter(last: string | undefined): string {
    this.sentCursor = this.cursor;
    return last === this.cursor ? '' : `id: ${this.cursor}\n\n`;
  }

  private async write(text: string): Promise<void> {
    this.sentCursor = this.cursor;
    this.heartbeat.refresh();
    if (this.raw.destroyed || this.raw.write(text)) return;
    const stalled = setTimeout(() => this.disconnect(), this.config.stallTimeout);
    await this.drained();
    clearTimeout(stalled);
  }

  /** Resolves when the client has read everything that was written, or the stream has ended. */
  private drained(): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        this.raw.off('drain', settle);
        this.ended.signal.removeEventListener('abort', settle);
        resolve();
      };
      this.raw.on('drain', settle);
      this.ended.signal.addEventListener('abort', settle);
    });
  }

  /**
   * Sends the current cursor, or a comment if the client already has this cursor. Sends nothing while the client has
   * not read earlier data.
   */
  private sendHeartbeat(): void {
    if (this.raw.headersSent && !this.raw.writableNeedDrain) {
      this.raw.write(this.cursor === this.sentCursor ? ':\n\n' : `id: ${this.cursor}\n\n`);
      this.sentCursor = this.cursor;
    }
    this.heartbeat.refresh();
  }

  private disconnect(): void {
    this.raw.write('event: resume\ndata: {}\n\n');
    this.ended.abort();
  }

  private fail(error: unknown): void {
    const problem = toProblem(toHavenError(error), this.request);
    this.raw.write(`event: error\ndata: ${JSON.stringify(problem)}\n\n`);
  }

  private end(): void {
    clearTimeout(this.heartbeat);
    if (!this.raw.headersSent) return;
    this.raw.end();
    setTimeout(() => !this.raw.writableFinished && this.raw.destroy(), LINGER_MS).unref();
  }
}

function toServerSentEvent(change: ChangeView): string {
  return `event: ${change.type}\nid: ${change.cursor}\ndata: ${printJson(change)}\n\n`;
}
