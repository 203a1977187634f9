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
