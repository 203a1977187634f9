import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';

type StoreHeader = (this: ServerResponse, statusLine: string, headers: unknown) => void;

/**
 * The method of Node through which every header is written. It is not documented, so headers are set one by one if a
 * version of Node lacks it.
 */
const storeHeader = Reflect.get(ServerResponse.prototype, '_storeHeader') as StoreHeader | undefined;

/**
 * A response whose header begins with text that was prepared once. Node checks and copies each header that is set,
 * which takes longer for the security headers than for all others together.
 */
export class PreparedResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  private preparedLines = '';

  /**
   * Adds lines such as `name: value\r\n` to the header. They are not among the headers that Fastify and Node know, so
   * nothing else may set these headers. Returns whether the response supports it.
   */
  prepare(lines: string): boolean {
    if (!storeHeader) return false;
    this.preparedLines = lines;
    return true;
  }

  _storeHeader(statusLine: string, headers: unknown): void {
    storeHeader?.call(this, statusLine + this.preparedLines, headers);
  }
}
