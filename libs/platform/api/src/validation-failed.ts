import { detailSentence, HavenError, pointerTo } from '@haven/kernel';
import type { ErrorDetail } from '@haven/kernel';

/**
 * Returns the detail for an invalid member. `text` is a sentence about the member without its subject, such as `must be
 * given once`.
 */
export function wrongMember(pointer: string, text: string): ErrorDetail {
  return { code: 'VALIDATION_FAILED', detail: detailSentence(pointer, text), pointer };
}

/** Returns the detail for an unknown member or parameter; `known` are the allowed names. */
export function unknownMember(name: string, known: Iterable<string>): ErrorDetail {
  const names = [...known].join(', ');
  return wrongMember(pointerTo('', name), `is unknown; ${names === '' ? 'none are allowed' : `allowed are: ${names}`}`);
}

/** Returns a `VALIDATION_FAILED` error with a pointer for each mistake. */
export function validationFailed(errors: ErrorDetail[]): HavenError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new HavenError('VALIDATION_FAILED', `${first?.pointer || 'The body'}: ${first?.detail}${more}`, { errors });
}
