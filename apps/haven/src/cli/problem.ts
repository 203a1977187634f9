import type { IncomingMessage } from 'node:http';

import { CliError, printable } from './cli-error.js';

/** One invalid part of a request, as listed in the `errors` of a problem response. */
export interface ProblemDetail {
  code: string;
  detail: string;
  pointer: string;
}

/** An error response of the server. */
export class ProblemError extends CliError {
  override readonly name = 'ProblemError';

  /** `code` is undefined if the response does not come from Haven. */
  constructor(
    readonly status: number,
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

/**
 * Reads an error response. The message is `CODE: detail`, followed by one line for each invalid part of the request.
 */
export function readProblem(response: IncomingMessage, body: string): ProblemError {
  const status = response.statusCode ?? 0;
  const problem = readBody(body);
  if (!problem)
    return new ProblemError(status, `The server responded ${status} ${response.statusMessage ?? ''}`.trimEnd() + '.');
  const places = problem.errors.map((error) => `  ${detailLine(error)}`);
  return new ProblemError(
    status,
    [`${problem.code}: ${printable(problem.detail)}`, ...places].join('\n'),
    problem.code,
  );
}

/** Returns `/data/x: detail`, or only the detail if the pointer names the whole document. */
export function detailLine({ pointer, detail }: Omit<ProblemDetail, 'code'>): string {
  return printable(pointer === '' ? detail : `${pointer}: ${detail}`);
}

function readBody(body: string): { code: string; detail: string; errors: ProblemDetail[] } | null {
  try {
    // A problem response (RFC 9457). One without `code` does not come from Haven.
    const {
      code,
      detail,
      errors = [],
    } = JSON.parse(body) as { code?: string; detail?: string; errors?: ProblemDetail[] };
    return typeof code === 'string' ? { code, detail: detail ?? '', errors } : null;
  } catch {
    return null; // not from Haven, such as a proxy's error page, or truncated
  }
}
