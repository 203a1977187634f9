import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { toProblem } from '@haven/api';
import type { HavenConfig } from '@haven/config';
import { printJson, toHavenError } from '@haven/kernel';

import { ChangeView } from '../application/changes.contract.js';
import type { Step } from '../application/changes.service.js';

/** How soon a client that lost the stream is to come back. */
const RETRY_MS = 1_000;

/** What was written before the end may take so long to leave. */
const LINGER_MS = 1_000;

/**
 * Server-sent events (WHATWG HTML §9.2), sent as fast as the client takes them. A client that takes nothing for
 * `stallTimeout` is told to resume and cut off.
 */
export class EventStream {
  private readonly raw: ServerResponse;
  private readonly over = new AbortController();
  private readonly pulse: NodeJS.Timeout;
  private cursor = '';
  private told = '';

  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly config: HavenConfig['changes'],
    ending: AbortSignal,
  ) {
    this.raw = reply.raw;
    if (this.raw.destroyed) this.over.abort();
    this.raw.once('close', () => this.over.abort());
    this.over.signal.addEventListener('abort', () => ending.removeEventListener('abort', this.stop));
    ending.addEventListener('abort', this.stop);
    this.pulse = setTimeout(() => this.beat(), config.heartbeat);
  }

  private readonly stop = (): void => this.over.abort();

  /** Sends the steps until they end or the client is gone. What is thrown before the first is the caller's to answer. */
  async send(steps: (signal: AbortSignal) => AsyncIterable<Step>): Promise<void> {
    try {
      for await (const step of steps(this.over.signal)) await this.take(step);
    } catch (error) {
      if (!this.raw.headersSent) throw error;
      this.fail(error);
    } finally {
      this.end();
    }
  }

  private async take({ changes, cursor }: Step): Promise<void> {
    this.cursor = cursor;
    if (!this.raw.headersSent) {
      this.open();
      return this.write(`retry: ${RETRY_MS}\n${toServerSentEvent(ChangeView.ready(cursor))}`);
    }
    if (changes.length > 0)
      await this.write(changes.map(toServerSentEvent).join('') + this.progress(changes.at(-1)?.cursor));
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

  /** An event without data is not told to the page, but its id is remembered. */
  private progress(last: string | undefined): string {
    this.told = this.cursor;
    return last === this.cursor ? '' : `id: ${this.cursor}\n\n`;
  }

  private async write(text: string): Promise<void> {
    this.told = this.cursor;
    this.pulse.refresh();
    if (this.raw.destroyed || this.raw.write(text)) return;
    const stalled = setTimeout(() => this.cutOff(), this.config.stallTimeout);
    await this.drained();
    clearTimeout(stalled);
  }

  /** Resolves when the client has caught up, or it is over. */
  private drained(): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        this.raw.off('drain', settle);
        this.over.signal.removeEventListener('abort', settle);
        resolve();
      };
      this.raw.on('drain', settle);
      this.over.signal.addEventListener('abort', settle);
    });
  }

  /** Says that the stream lives, and how far it is, unless what was said before is still waiting to be taken. */
  private beat(): void {
    if (this.raw.headersSent && !this.raw.writableNeedDrain) {
      this.raw.write(this.cursor === this.told ? ':\n\n' : `id: ${this.cursor}\n\n`);
      this.told = this.cursor;
    }
    this.pulse.refresh();
  }

  private cutOff(): void {
    this.raw.write('event: resume\ndata: {}\n\n');
    this.over.abort();
  }

  private fail(error: unknown): void {
    const { url, traceId } = this.request;
    const problem = toProblem(toHavenError(error), url.split('?', 1)[0] ?? '', traceId);
    this.raw.write(`event: error\ndata: ${JSON.stringify(problem)}\n\n`);
  }

  private end(): void {
    clearTimeout(this.pulse);
    if (!this.raw.headersSent) return;
    this.raw.end();
    setTimeout(() => !this.raw.writableFinished && this.raw.destroy(), LINGER_MS).unref();
  }
}

function toServerSentEvent(change: ChangeView): string {
  return `event: ${change.type}\nid: ${change.cursor}\ndata: ${printJson(change)}\n\n`;
}
