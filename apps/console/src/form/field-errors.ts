import { HavenError } from 'haven-records';
import type { Violation } from 'haven-records';

/** An invalid place in a document. */
export interface FieldError {
  /** JSON Pointer into the document. */
  pointer: string;
  detail: string;
}

/** Places of a document in requests: a single record, and an operation of a batch. */
const PLACE = /^(?:\/operations\/\d+)?\/data(?=\/|$)/;

/** Returns the invalid places of the document that an error of Haven names. */
export function fieldErrors(error: unknown): FieldError[] {
  return error instanceof HavenError ? violationsOfDocument(error.errors) : [];
}

/** Makes pointers into a request to pointers into its document. Those to other parts of the request are left out. */
export function violationsOfDocument(violations: readonly Violation[]): FieldError[] {
  return violations
    .filter(({ pointer }) => PLACE.test(pointer))
    .map(({ pointer, detail }) => ({ pointer: pointer.replace(PLACE, ''), detail }));
}

/** Returns the texts of the errors at a place, and below it if it is edited as a whole. */
export function errorsAt(errors: readonly FieldError[], pointer: string, scope: 'exact' | 'below'): string | undefined {
  const found = errors.filter(
    (error) => error.pointer === pointer || (scope === 'below' && error.pointer.startsWith(`${pointer}/`)),
  );
  return found.length === 0 ? undefined : found.map(({ detail }) => detail).join(' ');
}
