const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Indents a valid JSON text. Its values stay as they are written, with all digits of numbers. */
export function indentJson(text: string): string {
  const tokens = text.match(TOKEN) ?? [];
  const parts: string[] = [];
  let depth = 0;
  const newLine = (): number => parts.push(`\n${'  '.repeat(depth)}`);
  for (const [index, token] of tokens.entries()) {
    const isEmpty = /^[}\]]$/.test(tokens[index + 1] ?? '');
    if (token === '{' || token === '[') {
      parts.push(token);
      depth += 1;
      if (!isEmpty) newLine();
    } else if (token === '}' || token === ']') {
      depth -= 1;
      if (!/^[{[]$/.test(tokens[index - 1] ?? '')) newLine();
      parts.push(token);
    } else if (token === ',') {
      parts.push(token);
      newLine();
    } else parts.push(token === ':' ? ': ' : token);
  }
  return parts.join('');
}
