import { Readable } from 'node:stream';

import type { Command } from 'commander';

import { StartError } from '../start-error.js';

/** A Haven elsewhere, as the commands talk to it. */
export class Client {
  constructor(private readonly url: string) {}

  /** Sends a request; a problem becomes an error of one sentence, except for the statuses in `accept`. */
  async send(
    method: string,
    path: string,
    init: { body?: string | Readable; type?: string; headers?: Record<string, string>; accept?: number[] } = {},
  ): Promise<Response> {
    const key = process.env['HAVEN_KEY'];
    const { body, type = 'application/json', headers, accept = [] } = init;
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': type }),
        ...(key && { authorization: `Bearer ${key}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : Readable.toWeb(body), duplex: 'half' }),
    } as RequestInit).catch((cause: unknown) => {
      throw new StartError(unreachable(this.url, cause));
    });
    if (response.ok || accept.includes(response.status)) return response;
    throw new StartError(problem(await response.text(), response.status));
  }
}

/** The option every command of a client has. */
export function withUrl(command: Command): Command {
  return command.option('--url <url>', 'where Haven is', process.env['HAVEN_URL'] ?? 'http://127.0.0.1:8080');
}

function unreachable(url: string, cause: unknown): string {
  const reason = cause instanceof Error ? cause.cause : undefined;
  if (reason instanceof Error && Reflect.get(reason, 'code') === 'ECONNREFUSED')
    return `No Haven answers at ${url}; start one with npm start.`;
  return `${url} can not be reached: ${reason instanceof Error ? reason.message : String(cause)}`;
}

function problem(text: string, status: number): string {
  try {
    const { code, detail } = JSON.parse(text) as { code: string; detail: string };
    return `${code}: ${detail}`;
  } catch {
    return `The server answered ${status}.`;
  }
}
