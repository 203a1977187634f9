/** Whether a text is JSON. Numbers may have any number of digits, because the text is sent as it is. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
