import type { FastifyRequest } from 'fastify';

const EVENT_STREAM = 'text/event-stream';

/**
 * Whether `Accept` names `text/event-stream` with at least the weight of JSON. If so, the response is a stream instead
 * of a page.
 */
export function acceptsEventStream({ method, headers: { accept = '' } }: FastifyRequest): boolean {
  const events = weightOf(EVENT_STREAM, accept);
  return method === 'GET' && events > 0 && events >= weightOf('application/json', accept);
}

/** Returns the last cursor that a reconnecting client has received. */
export function lastEventId({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Returns the weight of a media type in an `Accept` header (RFC 9110 §12.4.2), or 0 if it is not listed. */
function weightOf(type: string, accept: string): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (name !== type) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  }
  return 0;
}
