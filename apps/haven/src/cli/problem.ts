import type { IncomingMessage } from 'node:http';

import { CliError, printable } from './cli-error.js';

/** One place that a problem names. */
export interface ProblemDetail {
  code: string;
  detail: string;
  pointer: string;
}

/** What Haven answered instead of what was asked for. */
export class ProblemError extends CliError {
  override readonly name = 'ProblemError';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Reads an answer that is no success: `CODE: detail`, then each place that is wrong on a line of its own. */
export function readProblem(answer: IncomingMessage, body: string): ProblemError {
  const status = answer.statusCode ?? 0;
  const problem = readBody(body);
  if (!problem)
    return new ProblemError(status, `The server answered ${status} ${answer.statusMessage ?? ''}`.trimEnd() + '.');
  const places = problem.errors.map((error) => `  ${detailLine(error)}`);
  return new ProblemError(status, [`${problem.code}: ${printable(problem.detail)}`, ...places].join('\n'));
}

/** `/data/x: detail`, without the pointer where it names the whole. */
export function detailLine({ pointer, detail }: Omit<ProblemDetail, 'code'>): string {
  return printable(pointer === '' ? detail : `${pointer}: ${detail}`);
}

function readBody(body: string): { code: string; detail: string; errors: ProblemDetail[] } | null {
  try {
    const {
      code,
      detail,
      errors = [],
    } = JSON.parse(body) as { code?: string; detail?: string; errors?: ProblemDetail[] }; // RFC 9457, or lacks `code`
    return typeof code === 'string' ? { code, detail: detail ?? '', errors } : null;
  } catch {
    return null; // not Haven's: a proxy's page, or cut short
  }
}
