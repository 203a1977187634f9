import { ConfigError, EmbeddedPostgresError } from '@haven/platform';

/** A reason not to start that one sentence says. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** What to tell whoever started Haven, and nothing they can not use. */
export function reasonOf(error: unknown): string {
  if (error instanceof StartError || error instanceof ConfigError || error instanceof EmbeddedPostgresError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} is in use; set PORT to another.`;
  if (code === 'EACCES' && port !== undefined) return `Port ${port} may not be opened; set PORT to one above 1023.`;
  return `Haven could not start: ${error.message}`;
}
