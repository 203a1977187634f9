import { readFile } from 'node:fs/promises';

/** Returns the password in a file, which the driver asks for whenever it opens a connection. */
export async function passwordIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new UnreadablePassword(error);
  }
}

/** Thrown if the password file cannot be read. The message does not contain the file's name. */
export class UnreadablePassword extends Error {
  override readonly name = 'UnreadablePassword';

  constructor(cause: unknown) {
    const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
    super(`The file with the database's password cannot be read (${String(code)}).`, { cause });
  }
}
