import type { Attempt } from './client.ts';

type Row = [what: string, found: string, promise: string];

/** Collects the figures of a scenario, and whether each of its promises holds. */
export class Report {
  readonly name: string;
  failed = false;
  readonly #rows: Row[] = [];
  readonly #tables: string[][][] = [];

  constructor(name: string) {
    this.name = name;
  }

  figure(what: string, value: unknown): void {
    this.#rows.push([what, String(value), '']);
  }

  promise(what: string, holds: boolean, found: unknown): void {
    this.failed ||= !holds;
    this.#rows.push([what, String(found), holds ? 'holds' : '**BROKEN**']);
  }

  /** Adds a table of its own, which is printed after the others. */
  table(columns: string[], rows: string[][]): void {
    this.#tables.push([columns, ...rows]);
  }

  print(): void {
    const all = [[['', 'found', 'promise'], ...this.#rows], ...this.#tables];
    console.log([`\n## ${this.name}`, ...all.map(formatTable)].join('\n\n'));
  }
}

function formatTable(rows: readonly string[][]): string {
  const columns = (rows[0] ?? []).keys();
  const widths = [...columns].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0), 3));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = '', ...body] = rows.map(line);
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

/** Summarizes failed requests, such as `12 × 503 UNAVAILABLE, 1 × 0 ECONNRESET`. */
export function outcomes(attempts: readonly Attempt[]): string {
  const failed = attempts.filter(({ ok }) => !ok);
  const counts = [...Map.groupBy(failed, ({ status, code }) => `${status} ${code}`)];
  return counts.map(([what, those]) => `${those.length} × ${what}`).join(', ') || 'none';
}

/** Returns percentiles, such as `p50 12, p99 80, max 120 ms`. */
export function latencies(attempts: readonly Attempt[]): string {
  const sorted = attempts.map(({ took }) => took).toSorted((one, other) => one - other);
  if (sorted.length === 0) return 'none';
  const at = (part: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)} ms`;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}

/**
 * Whether a failed request may be retried and has a retry time: status 503 with `Retry-After` or, in GraphQL, where the
 * status may be 200, the same code with `retryAfter`. Also true if the first attempt of the request was still running.
 */
export function hasRetryTime({ code, retryAfter }: Attempt): boolean {
  return ['UNAVAILABLE', 'OVERLOADED', 'IDEMPOTENCY_IN_FLIGHT'].includes(code ?? '') && retryAfter !== undefined;
}
