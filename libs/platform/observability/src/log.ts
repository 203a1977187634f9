import cluster from 'node:cluster';

import { Injectable } from '@nestjs/common';
import type { LoggerService, OnApplicationShutdown } from '@nestjs/common';
import pino from 'pino';
import type { DestinationStream, Logger } from 'pino';

import { HavenConfig } from '@haven/config';
import type { HavenError } from '@haven/kernel';

import { isoTimestamp } from './iso-timestamp.js';
import { loggedError, oneLine } from './log-text.js';
import { RepeatLimit } from './repeat-limit.js';

/**
 * Writes the log of Nest and Haven to stdout, as JSON lines or formatted text. It never contains payloads or secrets. A
 * repeated warning is written once a minute.
 */
@Injectable()
export class Log implements LoggerService, OnApplicationShutdown {
  readonly pino: Logger;
  /** Whether lines are formatted for people, so that they should be short. */
  readonly isForPeople: boolean;
  private readonly warnings = new RepeatLimit();
  private readonly destination: DestinationStream | undefined;
  /** Members of every line of JSON besides those of the message, as text that begins with a comma. */
  private readonly bindings: string;

  constructor({ log }: HavenConfig, destination?: DestinationStream) {
    const isPretty = log.format === 'pretty' || (log.format === 'auto' && process.stdout.isTTY);
    this.isForPeople = isPretty && !destination;
    const base = cluster.worker ? { worker: cluster.worker.id } : null;
    const options = {
      level: log.level,
      messageKey: 'message',
      base,
      timestamp,
      formatters: { level: (label: string) => ({ severity: label }) },
    };
    this.bindings = base ? `,"worker":${base.worker}` : '';
    this.destination = this.isForPeople ? undefined : (destination ?? stdout());
    this.pino = this.destination ? pino(options, this.destination) : pino({ ...prettyOptions(log.level), base });
  }

  /**
   * Writes a line of JSON whose members are already text, such as `,"status":200`. This takes a small part of the time
   * in which pino formats an object. Call it only if the log is not for people.
   */
  line(level: 'debug' | 'info', members: string, message: string): void {
    if (!this.pino.isLevelEnabled(level)) return;
    this.destination?.write(`{"severity":"${level}"${timestamp()}${this.bindings}${members},"message":"${message}"}\n`);
  }

  log(message: unknown, context?: string): void {
    this.pino.debug({ context }, oneLine(String(message)));
  }

  warn(message: unknown, context?: string): void {
    this.limitedWarn([context], { context }, oneLine(String(message)));
  }

  error(message: unknown, ...context: unknown[]): void {
    this.pino.error({ context: context.at(-1) }, oneLine(String(message)));
  }

  debug(message: unknown, context?: string): void {
    this.pino.debug({ context }, oneLine(String(message)));
  }

  verbose(message: unknown, context?: string): void {
    this.pino.trace({ context }, oneLine(String(message)));
  }

  fatal(message: unknown, context?: string): void {
    this.pino.fatal({ context }, oneLine(String(message)));
  }

  /** Logs a server error with its cause and trace id, so that it can be found by the trace id that a client reports. */
  failure(error: HavenError, { traceId, spanId }: { traceId: string; spanId?: string | undefined }): void {
    const err = loggedError(rootOf(error));
    const { code } = error;
    const members = { trace_id: traceId, span_id: spanId, code, err };
    const message = oneLine(error.detail);
    if (code === 'INTERNAL') this.pino.error(members, message);
    else this.limitedWarn([code, err.message], members, message);
  }

  /** Writes the warnings that the limit has withheld. */
  onApplicationShutdown(): void {
    this.warnings.flush();
  }

  /** Writes a warning. Warnings with the same message and `distinction` are limited to one a minute. */
  private limitedWarn(distinction: unknown[], members: object, message: string): void {
    this.warnings.write(JSON.stringify([message, ...distinction]), (omitted) =>
      this.pino.warn(omitted === 0 ? members : { ...members, omitted }, message),
    );
  }
}

function timestamp(): string {
  return `,"timestamp":"${isoTimestamp()}"`;
}

/** Size of the lines that are written at once. Each write occupies another thread, which costs more than the copy. */
const WRITE_BYTES = 32_768;

/** Maximum time, in milliseconds, for which a line is buffered. */
const FLUSH_MS = 100;

/**
 * Buffers lines for up to 100 ms and flushes them at exit: one write per line would cost as much as reading a record.
 * Lines are passed as buffers, because the destination would measure all buffered text again with each string.
 */
function stdout(): DestinationStream & { flushSync(): void } {
  const destination = pino.destination({
    fd: 1,
    sync: false,
    minLength: WRITE_BYTES,
    maxWrite: 2 * WRITE_BYTES,
    contentMode: 'buffer',
  });
  let unwritten = 0;
  let timer: NodeJS.Timeout | undefined;
  destination.on('write', (bytes) => (unwritten -= bytes));
  // The destination's own timer would also write ten times a second when there is nothing to write.
  const flush = (): void => {
    if (unwritten > 0) return destination.flush();
    clearInterval(timer);
    timer = undefined;
  };
  return {
    write: (line) => {
      const bytes = Buffer.from(line);
      unwritten += bytes.length;
      timer ??= setInterval(flush, FLUSH_MS).unref();
      destination.write(bytes as unknown as string); // the declared type ignores the mode
    },
    flushSync: () => destination.flushSync(),
  };
}

function rootOf(error: HavenError): Error {
  return error.cause instanceof Error ? error.cause : error;
}

/** Options for formatted text. JSON escapes control characters; here they must be escaped before formatting. */
function prettyOptions(level: string) {
  return {
    level,
    formatters: { log: escapeControls },
    messageKey: 'message',
    transport: {
      target: 'pino-pretty',
      options: { messageKey: 'message', translateTime: 'SYS:HH:MM:ss.l', singleLine: true },
    },
  };
}

function escapeControls(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, typeof value === 'string' ? oneLine(value) : value]),
  );
}
