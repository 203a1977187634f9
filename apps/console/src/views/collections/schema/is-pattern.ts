/** Whether a text is a regular expression, as JSON Schema has them. The server allows fewer of them. */
export function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
