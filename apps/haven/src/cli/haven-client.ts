import { once } from 'node:events';
import { request as overHttp } from 'node:http';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as overHttps } from 'node:https';
import { text } from 'node:stream/consumers';

import { CliError } from './cli-error.js';
import { readProblem } from './problem.js';

/** The request was not sent, because no connection could be opened. */
export class NotConnectedError extends CliError {
  override readonly name = 'NotConnectedError';
}

/** Headers and body of a request. The body is streamed as fast as the server reads it. */
export interface RequestOptions {
  headers?: OutgoingHttpHeaders;
  body?: AsyncIterable<Uint8Array | string> | Iterable<string>;
}

/**
 * Client of Haven's REST API. It does not use `fetch`, which fails when the server responds before it has read the
 * whole body, as it does for an import that it rejects at once.
 */
export class HavenClient {
  private readonly base: URL;
  private readonly key?: string;

  constructor(url: string, key?: string) {
    if (!URL.canParse(url) || !/^https?:/.test(url)) {
      throw new CliError(`${JSON.stringify(url)} is not an http:// or https:// URL.`);
    }
    this.base = new URL(url.endsWith('/') ? url : `${url}/`);
    this.key = key;
  }

  /**
   * Sends a request to a path below `/api/v1/`. Returns a successful response; throws a `ProblemError` for any other.
   */
  async send(method: string, path: string, { headers = {}, body = [] }: RequestOptions = {}): Promise<IncomingMessage> {
    const url = new URL(`api/v1/${path}`, this.base);
    const request = url.protocol === 'https:' ? overHttps : overHttp;
    const authorization = this.key ? { authorization: `Bearer ${this.key}` } : {};
    const response = await this.exchange(request(url, { method, headers: { ...authorization, ...headers } }), body);
    if (response.statusCode !== undefined && response.statusCode < 300) return response;
    throw readProblem(response, await this.read(response));
  }

  /** Reads the whole body of a response. */
  async read(response: IncomingMessage): Promise<string> {
    try {
      return await text(response);
    } catch (error) {
      throw this.unreachable(error);
    }
  }

  /** Translates a network error to a message for the user. */
  unreachable(error: unknown): CliError {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const { origin } = this.base;
    if (code === 'ECONNREFUSED')
      return new NotConnectedError(`No Haven server responds at ${origin}; start one with npm start.`);
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      return new NotConnectedError(`No Haven server responds at ${origin}: the host is unknown.`);
    return new CliError(`The connection to ${origin} broke (${code}).`, { cause: error });
  }

  private async exchange(outgoing: ClientRequest, body: NonNullable<RequestOptions['body']>): Promise<IncomingMessage> {
    let hasResponse = false;
    const response = once(outgoing, 'response').then(
      ([message]) => {
        hasResponse = true;
        return message as IncomingMessage; // the argument of the event `response`
      },
      (error: unknown) => Promise.reject(this.unreachable(error)),
    );
    response.catch(() => undefined); // else a failure while `body` is read would end the process
    // A second `error` can follow the response, if the server closes the connection without reading the whole body.
    outgoing.on('error', () => undefined);
    try {
      for await (const part of body) {
        if (hasResponse || outgoing.destroyed) break;
        if (!outgoing.write(part)) await Promise.race([drained(outgoing), response]);
      }
    } catch (error) {
      outgoing.destroy();
      throw error;
    }
    outgoing.end();
    return response;
  }
}

function drained(outgoing: ClientRequest): Promise<void> {
  return new Promise((resolve) => void outgoing.once('drain', resolve));
}
