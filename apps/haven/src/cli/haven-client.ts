import { once } from 'node:events';
import { request as overHttp } from 'node:http';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as overHttps } from 'node:https';
import { text } from 'node:stream/consumers';

import { CliError } from './cli-error.js';
import { readProblem } from './problem.js';

/** What a request carries; a body is streamed as fast as the server takes it. */
export interface Sending {
  headers?: OutgoingHttpHeaders;
  body?: AsyncIterable<Uint8Array | string> | Iterable<string>;
}

/**
 * Haven's REST API from outside. Not `fetch`, which fails when the server answers before it has read the whole body:
 * an import that is refused at once is such an answer.
 */
export class HavenClient {
  private readonly base: URL;
  private readonly key?: string;

  constructor(url: string, key?: string) {
    if (!URL.canParse(url) || !/^https?:/.test(url)) {
      throw new CliError(`${JSON.stringify(url)} is no http:// or https:// address.`);
    }
    this.base = new URL(url.endsWith('/') ? url : `${url}/`);
    this.key = key;
  }

  /** The answer to a request below `/api/v1/`, if it is a success; anything else is thrown as a `ProblemError`. */
  async send(method: string, path: string, { headers = {}, body = [] }: Sending = {}): Promise<IncomingMessage> {
    const url = new URL(`api/v1/${path}`, this.base);
    const request = url.protocol === 'https:' ? overHttps : overHttp;
    const authorization = this.key ? { authorization: `Bearer ${this.key}` } : {};
    const answer = await this.exchange(request(url, { method, headers: { ...authorization, ...headers } }), body);
    if (answer.statusCode !== undefined && answer.statusCode < 300) return answer;
    throw readProblem(answer, await this.read(answer));
  }

  /** The whole text of an answer. */
  async read(answer: IncomingMessage): Promise<string> {
    try {
      return await text(answer);
    } catch (error) {
      throw this.unreachable(error);
    }
  }

  /** A failure of the network as the user is to read it. */
  unreachable(error: unknown): CliError {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const { origin } = this.base;
    if (code === 'ECONNREFUSED') return new CliError(`No Haven answers at ${origin}; start one with npm start.`);
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      return new CliError(`No Haven answers at ${origin}: no such host.`);
    return new CliError(`The connection to ${origin} broke (${code}).`, { cause: error });
  }

  private async exchange(outgoing: ClientRequest, body: NonNullable<Sending['body']>): Promise<IncomingMessage> {
    let isAnswered = false;
    const answered = once(outgoing, 'response').then(
      ([answer]) => {
        isAnswered = true;
        return answer as IncomingMessage; // what the event `response` carries
      },
      (error: unknown) => Promise.reject(this.unreachable(error)),
    );
    answered.catch(() => undefined); // may fail while the body's next part is awaited
    outgoing.on('error', () => undefined); // once more after the answer, when the server closes on an unread body
    try {
      for await (const part of body) {
        if (isAnswered || outgoing.destroyed) break;
        if (!outgoing.write(part)) await Promise.race([drained(outgoing), answered]);
      }
    } catch (error) {
      outgoing.destroy();
      throw error;
    }
    outgoing.end();
    return answered;
  }
}

function drained(outgoing: ClientRequest): Promise<void> {
  return new Promise((resolve) => void outgoing.once('drain', resolve));
}
