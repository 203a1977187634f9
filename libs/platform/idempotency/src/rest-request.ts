import { Readable } from 'node:stream';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { RawJson, printJson } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { HashedBody } from './hashed-body.js';
import { storableView, canonicalSha256 } from './idempotent-request.js';
import type { IdempotentRequest, StoredResponse } from './idempotent-request.js';

/** A REST request with an `Idempotency-Key`; its whole response is stored. */
export class RestRequest implements IdempotentRequest {
  readonly path = '';
  private readonly stream: HashedBody | undefined;

  constructor(
    readonly caller: Caller,
    readonly key: string,
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
  ) {
    if (request.body instanceof Readable) request.body = this.stream = new HashedBody(request.body);
  }

  get streams(): boolean {
    return this.stream !== undefined;
  }

  async fingerprint(): Promise<string> {
    const { method, url, headers, body } = this.request;
    return canonicalSha256({
      actor: this.caller.actor,
      access: this.caller.access.fingerprint,
      method,
      url,
      type: headers['content-type']?.toLowerCase().split(';', 1)[0]?.trim(),
      ifMatch: headers['if-match'],
      ifNoneMatch: headers['if-none-match'],
      body: this.stream ? await this.stream.digest() : body,
    });
  }

  toStoredResponse(view: unknown): StoredResponse {
    return { status: this.reply.statusCode, text: view === undefined ? null : printJson(storableView(view)) };
  }

  /** Returns the stored body; `ETag` and `Location` are derived from it again. */
  replay({ status, text }: StoredResponse): unknown {
    this.reply.code(status).header('idempotency-replayed', 'true');
    return text === null ? undefined : new RawJson(text);
  }
}
