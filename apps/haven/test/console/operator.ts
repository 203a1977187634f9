import type { ApiResponse, Haven } from '../support/haven.js';

/** The key of the operators, which a test starts Haven with. */
export const OPERATOR = `hvn_${'0'.repeat(16)}_${'a'.repeat(64)}`;

/** Sends a REST request as an operator. */
export function asOperator(haven: Haven, method: string, path: string, body?: unknown): Promise<ApiResponse> {
  return haven.rest(method, path, body, { authorization: `Bearer ${OPERATOR}` });
}
