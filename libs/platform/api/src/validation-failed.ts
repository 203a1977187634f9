import { HavenError, pointerTo } from '@haven/kernel';
import type { ErrorDetail } from '@haven/kernel';

/** One wrong member; `text` completes a sentence that begins with its name. */
export function wrongMember(pointer: string, text: string): ErrorDetail {
  return { code: 'VALIDATION_FAILED', detail: `${text.charAt(0).toUpperCase()}${text.slice(1)}.`, pointer };
}

/** A member or parameter that is not among the known ones. */
export function unknownMember(name: string, known: Iterable<string>): ErrorDetail {
  const names = [...known].join(', ');
  return wrongMember(pointerTo('', name), `is unknown; there are${names === '' ? ' none' : `: ${names}`}`);
}

/** `VALIDATION_FAILED` with a pointer for each mistake. */
export function validationFailed(errors: ErrorDetail[]): HavenError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new HavenError('VALIDATION_FAILED', `${first?.pointer || 'The body'}: ${first?.detail}${more}`, { errors });
}
