import { Pool } from 'undici';

import type { Haven } from '../haven.js';
import type { GraphqlField } from './sdl-inputs.js';
import { SubscriptionProbe } from './subscription-probe.js';

/** The first error of a response, or that there is none. */
export interface Outcome {
  status: number;
  code?: string;
  pointer?: unknown;
  /** The results of a query or mutation, if there is any. */
  data?: any;
}

/** Sends documents with any text as their variables, as the tenant of the current test. */
export class GraphqlSender {
  private pool: Pool | undefined;
  private probe: SubscriptionProbe | undefined;

  constructor(private readonly haven: Haven) {}

  async send(kind: GraphqlField['kind'], query: string, variables: string): Promise<Outcome> {
    if (kind === 'subscription') return this.begin(query, variables);
    this.pool ??= new Pool(this.haven.url, { connections: 8 });
    const { statusCode, body } = await this.pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'x-test-tenant': this.haven.tenant, 'content-type': 'application/json' },
      body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
    });
    const { data, errors } = JSON.parse(await body.text());
    return { ...outcomeOf(statusCode, errors?.[0]), data };
  }

  async close(): Promise<void> {
    this.probe?.close();
    await this.pool?.close();
  }

  private async begin(query: string, variables: string): Promise<Outcome> {
    this.probe ??= new SubscriptionProbe(this.haven.url, { 'x-test-tenant': this.haven.tenant });
    const { type, payload, code } = await this.probe.begin(query, variables);
    // The protocol closes the connection after a message that is not JSON, or not exact; the reason is its only detail.
    if (type === 'closed')
      return code === 4400 ? { status: 422, code: 'JSON_NOT_EXACT', pointer: '' } : { status: 500 };
    return outcomeOf(200, type === 'error' ? payload[0] : payload?.errors?.[0]);
  }
}

function outcomeOf(status: number, error: any): Outcome {
  if (!error) return { status, ...(status >= 400 && { code: `no error with status ${status}` }) };
  const { code, status: own, errors } = error.extensions ?? {};
  return { status: own ?? status, code: code ?? 'none', pointer: errors?.[0]?.pointer ?? locationOf(code, error) };
}

/** A document that is not valid is refused with the location instead of a pointer. */
function locationOf(code: unknown, { locations, message }: any): string | undefined {
  const isOfDocument = code === 'MALFORMED_GRAPHQL' || code === 'GRAPHQL_LIMIT_EXCEEDED';
  return isOfDocument && (locations || message) ? 'location' : undefined;
}
