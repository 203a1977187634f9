import { ConnectionError, HavenError } from 'haven-records';

/** Number of invalid places of an error that are listed. */
const LISTED = 10;

/** An error as it is shown. */
export interface Problem {
  /** Code of the error, or its kind. */
  title: string;
  text: string;
  /** Invalid places, as far as they are listed. */
  places: readonly { pointer: string; detail: string }[];
  /** Number of invalid places that are not listed. */
  more: number;
  /** Section of the documentation that says what to do; undefined if there is none. */
  section?: string;
  /** Empty if it is not known. */
  traceId: string;
}

/** Returns how an error is shown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof HavenError) {
    const { code, message, errors, traceId } = error;
    const section = `errors#${code.toLowerCase().replaceAll('_', '-')}`;
    const places = errors.slice(0, LISTED);
    return { title: code, text: message, places, more: errors.length - places.length, section, traceId };
  }
  const none = { places: [], more: 0, traceId: '' };
  if (error instanceof ConnectionError)
    return { title: 'No connection', text: 'Haven cannot be reached. Check the connection, and try again.', ...none };
  return { title: 'Error', text: error instanceof Error ? error.message : String(error), ...none };
}
