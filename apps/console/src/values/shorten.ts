/** Returns the beginning of a text that is too long to be shown in a cell. Only for display. */
export function shorten(text: string, length = 120): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
