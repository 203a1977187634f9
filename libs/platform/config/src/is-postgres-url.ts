import { ValidateBy } from 'class-validator';

import { READ_ONLY_SESSIONS, WRITABLE_SESSIONS } from './postgres-parameters.js';
import { parsePostgresUrl, PostgresUrlError } from './postgres-url.js';

/** The servers that a URL must find: those that accept writes, or replicas. */
type ServerRole = 'primary' | 'replica';

/** Accepts a URL that `parsePostgresUrl` accepts and that does not ask for servers of the other role. */
export function IsPostgresUrl(role: ServerRole, { each = false } = {}): PropertyDecorator {
  const problemIn = (value: unknown): string | undefined =>
    (each && Array.isArray(value) ? value : [value]).map((url) => problemOf(url, role)).find(Boolean);
  const prefix = each ? 'each ' : '';
  return ValidateBy(
    {
      name: 'isPostgresUrl',
      validator: {
        validate: (value) => problemOf(value, role) === undefined,
        defaultMessage: (validated) => prefix + (problemIn(validated?.value) ?? ''),
      },
    },
    { each },
  );
}

function problemOf(value: unknown, role: ServerRole): string | undefined {
  try {
    const target = parsePostgresUrl(String(value)).parameters.get('target_session_attrs') ?? 'any';
    return roleProblem(target, role);
  } catch (error) {
    if (error instanceof PostgresUrlError) return error.message;
    throw error;
  }
}

function roleProblem(target: string, role: ServerRole): string | undefined {
  if (role === 'primary' && READ_ONLY_SESSIONS.some((each) => each === target))
    return `must not have target_session_attrs=${target}, because Haven writes; use read-write`;
  if (role === 'replica' && WRITABLE_SESSIONS.some((each) => each === target))
    return `must not have target_session_attrs=${target}, because a replica accepts no writes; use standby`;
  return undefined;
}
