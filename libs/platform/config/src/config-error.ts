/** One thing that is wrong with the configuration, and where it came from. */
export interface ConfigIssue {
  /** The setting (`server.port`), or whatever has that place: a variable, a file. */
  readonly path: string;
  /** What is wrong, as the rest of a sentence that starts with the path. */
  readonly problem: string;
  /** The value as it may be shown; absent where there is none. */
  readonly given?: string;
  /** `config/local.yaml:7`, `environment variable PORT`, `PORT_FILE (/run/secrets/port)` or `--set server.port=abc`. */
  readonly origin?: string;
}

/** The configuration is wrong; the message has every mistake, one a line, and no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly issues: readonly ConfigIssue[]) {
    const count = issues.length === 1 ? '1 mistake' : `${issues.length} mistakes`;
    super([`The configuration has ${count}:`, ...issues.map((mistake) => `  ${issueLine(mistake)}`)].join('\n'));
  }
}

function issueLine({ path, problem, given, origin }: ConfigIssue): string {
  const line = `${path}: ${problem}`;
  return line + (given === undefined ? '' : `, but is ${given}`) + (origin === undefined ? '' : ` (${origin})`);
}
