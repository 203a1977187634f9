import type { GraphQLResolveInfo } from 'graphql';

import type { GraphqlContext } from '@haven/api';
import { printJson } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { storableView, canonicalSha256 } from './idempotent-request.js';
import type { IdempotentRequest, StoredResponse } from './idempotent-request.js';

/** One mutation of a GraphQL request with a key. The whole request must be the same; each field has an answer of its own. */
export class GraphqlField implements IdempotentRequest {
  readonly streams = false;

  constructor(
    readonly caller: Caller,
    readonly key: string,
    private readonly info: GraphQLResolveInfo,
    private readonly context: GraphqlContext,
  ) {}

  /** Mutations are fields of the root, so it is one name: the field's, or its alias. */
  get path(): string {
    return String(this.info.path.key);
  }

  /** The document that was run, for one that is known to the server is sent as its hash alone. */
  async fingerprint(): Promise<string> {
    const { operation } = this.info;
    const { variables } = this.context.request.body as { variables?: unknown }; // Apollo has read it by now
    return canonicalSha256({
      actor: this.caller.actor,
      access: this.caller.access.fingerprint,
      document: operation.loc?.source.body,
      operationName: operation.name?.value,
      variables: variables ?? {},
    });
  }

  toStoredResponse(view: unknown): StoredResponse {
    return { status: 200, text: printJson(storableView(view)) };
  }

  replay({ text }: StoredResponse): unknown {
    this.context.reply?.header('idempotency-replayed', 'true');
    (this.context.replayed ??= []).push(this.path);
    return JSON.parse(text ?? 'null');
  }
}
