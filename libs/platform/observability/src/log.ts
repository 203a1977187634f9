import cluster from 'node:cluster';

import { Injectable } from '@nestjs/common';
import type { LoggerService } from '@nestjs/common';
import pino from 'pino';
import type { DestinationStream, Logger } from 'pino';

import { HavenConfig } from '@haven/config';
import type { HavenError } from '@haven/kernel';

import { loggedError, oneLine } from './log-text.js';

/**
 * Writes the log of Nest and Haven to stdout, as JSON lines or formatted text. It never contains payloads or secrets.
 */
@Injectable()
export class Log implements LoggerService {
  readonly pino: Logger;

  constructor({ log }: HavenConfig, destination?: DestinationStream) {
    const pretty = log.format === 'pretty' || (log.format === 'auto' && process.stdout.isTTY);
    const base = cluster.worker ? { worker: cluster.worker.id } : null;
    const options = {
      level: log.level,
      messageKey: 'message',
      base,
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label: string) => ({ severity: label }) },
    };
    this.pino =
      pretty && !destination ? pino({ ...prettyOptions(log.level), base }) : pino(options, destination ?? stdout());
  }

  log(message: unknown, context?: string): void {
    this.pino.debug({ context }, oneLine(String(message)));
  }

  warn(message: unknown, context?: string): void {
    this.pino.warn({ context }, oneLine(String(message)));
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
    const level = error.code === 'INTERNAL' ? 'error' : 'warn';
    this.pino[level](
      { trace_id: traceId, span_id: spanId, code: error.code, err: loggedError(rootOf(error)) },
      oneLine(error.detail),
    );
  }
}

/** Buffers lines briefly and flushes them at exit: one write per line would cost as much as reading a record. */
function stdout(): DestinationStream {
  return pino.destination({ fd: 1, sync: false, minLength: 8_192, periodicFlush: 100 });
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
