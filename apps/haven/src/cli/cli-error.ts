/** Why a command can not do its work, as the user is to read it. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
}

/** Text of a server or a file without what would steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
