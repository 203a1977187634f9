/** Returns the pattern of `_ilike` that matches the values that contain a text. */
export function containsPattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}

/** Returns the text that the matches of a pattern contain; undefined if the pattern is of another kind. */
export function containedText(pattern: string): string | undefined {
  return /^%((?:\\.|[^%_\\])+)%$/su.exec(pattern)?.[1]?.replaceAll(/\\(.)/gsu, '$1');
}
