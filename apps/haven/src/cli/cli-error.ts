/** An expected failure of a command. Its message is printed for the user without a stack trace. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
}

/** Replaces control characters in text from a server or a file, because a terminal would interpret them. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
