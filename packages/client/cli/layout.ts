/**
 * Lays out declarations of TypeScript that json-schema-to-typescript has written: indents them, ends members with
 * semicolons, puts short comments on one line and removes needless parentheses. Each member, brace and line of a
 * comment is on a line of its own.
 */
export function layOut(text: string): string {
  let depth = 0;
  const lines: string[] = [];
  const add = (line: string): void => void lines.push('  '.repeat(depth) + line);
  for (const line of shortComments(text)
    .split('\n')
    .map((raw) => raw.trim())) {
    if (line === '') continue;
    if (line.startsWith('*')) add(` ${line}`);
    else if (line.startsWith('/**')) add(line);
    else {
      if (/^[})\]]/.test(line)) depth -= 1;
      const isOpen = /[{([]$/.test(line);
      add(isOpen || depth === 0 ? line : `${withoutParentheses(line)};`);
      if (isOpen) depth += 1;
    }
  }
  return `${lines.join('\n')}\n`;
}

function shortComments(text: string): string {
  return text.replace(/\/\*\*\n *\* (.{1,100})\n *\*\/\n/g, '/** $1 */\n');
}

/** Removes the parentheses around the whole type of a member. */
function withoutParentheses(line: string): string {
  return line.replace(/^([^()]+: )\(([^()]*)\)$/, '$1$2');
}
