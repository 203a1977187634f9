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
export class PreparedResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
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

  /**
   * Writes a body of ASCII as Latin-1: for UTF-8, Node reserves three bytes for each character. Such a body has as many
   * characters as its `Content-Length` has bytes. Returns `never`, which is assignable to the results of all overloads.
   */
  override end(...args: unknown[]): never {
    const [body, encoding] = args;
    const { _contentLength: bytes } = this as { _contentLength?: number | null }; // missing in Node's types
    if (typeof body === 'string' && !encoding && body.length === bytes) args[1] = 'latin1';
    return Reflect.apply(super.end, this, args) as never;
  }

  _storeHeader(statusLine: string, headers: unknown): void {
    storeHeader?.call(this, statusLine + this.preparedLines, headers);
  }
}
