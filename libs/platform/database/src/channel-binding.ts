import type { EventEmitter } from 'node:events';

/** Thrown if a server does not prove over SCRAM that it is the end of the TLS connection. */
export class NoChannelBinding extends Error {
  override readonly name = 'NoChannelBinding';

  constructor() {
    super('The server does not offer channel binding, which channel_binding=require asks for.');
  }
}

/** The driver's protocol class, as far as it is used while a connection opens. */
export interface StartupConnection extends EventEmitter {
  readonly stream: { destroy(): void; readonly bytesRead: number; readonly readableEnded: boolean };
}

/**
 * Fails the connection unless it is authenticated with channel binding, before a password is sent in another way. Must
 * be called before the driver listens to the connection.
 */
export function requireChannelBinding(connection: StartupConnection): void {
  let isOffered = false;
  let isVerified = false;
  const refuse = (): void => {
    connection.stream.destroy();
    connection.emit('error', new NoChannelBinding());
  };
  connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
    isOffered = mechanisms.includes('SCRAM-SHA-256-PLUS');
    if (!isOffered) refuse();
  });
  connection.on('authenticationSASLFinal', () => (isVerified = isOffered)); // the driver checks the signature
  connection.on('authenticationOk', () => {
    if (!isVerified) refuse();
  });
  for (const event of ['authenticationCleartextPassword', 'authenticationMD5Password']) connection.on(event, refuse);
}
