import type { IncomingHttpHeaders } from 'node:http';

/** The content codings that Haven reads and writes (RFC 1952, RFC 7932, RFC 8878). */
export type ContentCoding = 'gzip' | 'br' | 'zstd';

/** Value of `Accept-Encoding` in a response that refuses the coding of a request (RFC 9110 §12.5.3). */
export const ACCEPTED_CODINGS = 'gzip, br, zstd';

/**
 * Returns the coding of a request's body; undefined if the body is not coded, and `unsupported` for any other coding
 * and for several codings on top of each other.
 */
export function codingOfBody(headers: IncomingHttpHeaders): ContentCoding | 'unsupported' | undefined {
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  switch (coding) {
    case '':
    case 'identity':
      return undefined;
    case 'x-gzip': // RFC 9110 §8.4.1.3
      return 'gzip';
    case 'gzip':
    case 'br':
    case 'zstd':
      return coding;
    default:
      return 'unsupported';
  }
}

/**
 * Returns the coding that the client prefers among some codings. If it prefers none of them, returns the first that it
 * accepts. Undefined if it accepts none, or prefers content that is not coded.
 */
export function acceptedCoding(
  { 'accept-encoding': header }: IncomingHttpHeaders,
  codings: readonly ContentCoding[],
): ContentCoding | undefined {
  if (header === undefined) return undefined;
  const weights = weightsOf(header);
  const others = weights.get('*') ?? 0;
  let best: ContentCoding | undefined;
  let most = weights.get('identity') ?? 0;
  for (const coding of codings) {
    const weight = weights.get(coding) ?? others;
    if (weight === 0 || weight < most || (weight === most && best)) continue;
    best = coding;
    most = weight;
  }
  return best;
}

/** Parses `Accept-Encoding`. A coding whose weight is not a number is not accepted. */
function weightsOf(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.find((parameter) => /^q\s*=/.test(parameter));
    weights.set(name.replace(/^x-gzip$/, 'gzip'), weight === undefined ? 1 : Number(weight.split('=')[1]) || 0);
  }
  return weights;
}
