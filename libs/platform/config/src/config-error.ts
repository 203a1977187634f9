/** One mistake in the configuration, and its origin. */
export interface ConfigIssue {
  /** Path of the setting (`server.port`), or the name of a variable or file that is not a setting. */
  readonly path: string;
  /** The problem, as the rest of a sentence that starts with the path. */
  readonly problem: string;
  /** The value, redacted so that it can be shown; absent if there is none. */
  readonly given?: string;
  /**
   * Source of the value: `config/local.yaml:7`, `environment variable PORT`, `PORT_FILE (/run/secrets/port)` or `--set
   * server.port=abc`.
   */
  readonly origin?: string;
}

/** Thrown for an invalid configuration. The message lists every mistake, one per line, and contains no secrets. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly issues: readonly ConfigIssue[]) {
    const count = issues.length === 1 ? '1 mistake' : `${issues.length} mistakes`;
    super([`The configuration has ${count}:`, ...issues.map((issue) => `  ${issueLine(issue)}`)].join('\n'));
  }
}

function issueLine({ path, problem, given, origin }: ConfigIssue): string {
  const line = `${path}: ${problem}`;
  return line + (given === undefined ? '' : `, but is ${given}`) + (origin === undefined ? '' : ` (${origin})`);
}
