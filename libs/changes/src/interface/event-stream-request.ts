import type { FastifyRequest } from 'fastify';

const EVENTS = 'text/event-stream';

/** Whether a client wants events rather than a page: it names them, and not JSON before them. */
export function asksForEvents({ method, headers: { accept = '' } }: FastifyRequest): boolean {
  const events = weightOf(EVENTS, accept);
  return method === 'GET' && events > 0 && events >= weightOf('application/json', accept);
}

/** The cursor that a client which was cut off received last. */
export function lastEventId({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** The weight of a media type in an `Accept` header that names it (RFC 9110 §12.4.2); 0 if it does not. */
function weightOf(type: string, accept: string): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (name !== type) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  }
  return 0;
}
