/**
 * Returns a text in which each line that is a JSON object or array is indented. Lines of other kinds, such as the
 * headers that `curl -i` prints, stay as they are. So do numbers: they are copied, not parsed.
 */
export function indentedJson(text: string): string {
  const ended = text.replaceAll('\r\n', '\n');
  if (isDocument(ended)) return `${indented(ended.trim())}\n`;
  const lines = ended.split('\n').map((line) => (isDocument(line) ? indented(line.trim()) : line));
  const joined = lines.join('\n');
  return joined.endsWith('\n') || joined === '' ? joined : `${joined}\n`;
}

function isDocument(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Matches the next token of valid JSON: a string, a number or word, or punctuation. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+|[{}[\],:]/g;

function indented(json: string): string {
  const tokens = json.match(TOKEN) ?? [];
  let depth = 0;
  let output = '';
  const newLine = (): string => `\n${'  '.repeat(depth)}`;
  tokens.forEach((token, place) => {
    const isEmpty = '}]'.includes(token) && '{['.includes(tokens[place - 1] ?? ' ');
    if (token === '{' || token === '[') {
      depth += 1;
      output += token;
      if (!'}]'.includes(tokens[place + 1] ?? ' ')) output += newLine();
    } else if (token === '}' || token === ']') {
      depth -= 1;
      output += isEmpty ? token : `${newLine()}${token}`;
    } else if (token === ',') output += `,${newLine()}`;
    else output += token === ':' ? ': ' : token;
  });
  return output;
}
