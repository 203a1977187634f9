import type { GraphQLResolveInfo } from 'graphql';

import type { GraphqlContext } from '@haven/api';
import { printJson, readJson } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { storableView, canonicalSha256 } from './idempotent-request.js';
import type { IdempotentRequest, StoredResponse } from './idempotent-request.js';

/**
 * A mutation field in a GraphQL request with an `Idempotency-Key`. A retry must repeat the whole request unchanged; the
 * result of each field is stored separately.
 */
export class GraphqlField implements IdempotentRequest {
  readonly streams = false;

  constructor(
    readonly caller: Caller,
    readonly key: string,
    private readonly info: GraphQLResolveInfo,
    private readonly context: GraphqlContext,
  ) {}

  /**
   * The alias of the field or, without an alias, its name. Mutations are root fields, so their path is a single name.
   */
  get path(): string {
    return String(this.info.path.key);
  }

  /** Uses the executed document, because a request for a trusted document contains only its hash. */
  async fingerprint(): Promise<string> {
    const { operation } = this.info;
    const { variables } = this.context.request.body as { variables?: unknown }; // Apollo has already validated it
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
    return readJson(text ?? 'null');
  }
}
