/** A request as the guide shows it. */
export interface GuideRequest {
  method: string;
  /** Path with the query string. */
  target: string;
  /** Headers with the names as they are written. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Parses an `http` block of the guide; undefined if it is a response. */
export function guideRequestOf(block: string): GuideRequest | undefined {
  const [, head = '', body = ''] = /^(.*?)(?:\n\n(.*))?$/s.exec(block.trim()) ?? [];
  const [start = '', ...lines] = head.split('\n');
  const [, method, target] = /^([A-Z]+) (\S+)$/.exec(start) ?? [];
  if (method === undefined || target === undefined) return undefined;
  const headers = Object.fromEntries(lines.map((line) => /^(.*?): *(.*)$/.exec(line)?.slice(1) ?? [line, '']));
  return { method, target, headers, body };
}

/**
 * Returns the request that sends a `graphql` block of the guide, as an `http` block would show it. Undefined for a
 * subscription, which is not sent over HTTP.
 */
export function graphqlBlockAsHttp(block: string): string | undefined {
  if (/^\s*subscription\b/.test(block)) return undefined;
  return `POST /graphql\nContent-Type: application/json\n\n${JSON.stringify({ query: block.trim() })}`;
}
