import { HavenError } from './error.js';

/**
 * Ends work for which no client waits any longer: it disconnected, or its response was complete. This is not a failure,
 * so it is neither logged nor counted as an error, and no client receives it.
 */
export class ClientGone extends HavenError {
  constructor(cause?: unknown) {
    super('UNAVAILABLE', 'The client disconnected, or the response was complete, before this work was.', {
      retryAfter: 1,
      cause,
    });
  }
}
