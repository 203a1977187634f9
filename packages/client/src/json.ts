/** Writes a value as JSON. Throws for NaN and infinite numbers, which `JSON.stringify` would replace by null. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (member: string, item: unknown) => {
    if (typeof item === 'number' && !Number.isFinite(item))
      throw new TypeError(`"${member}" is ${item}, which JSON cannot express. Use null, or leave the member out.`);
    return item;
  });
}

/** Reads JSON; undefined if the text is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
