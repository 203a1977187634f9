import { printable } from './cli-error.js';

/** Formats rows as a table with a header. Each column is as wide as its widest cell. */
export function tableOf(rows: readonly Readonly<Record<string, string>>[]): string {
  const [first] = rows;
  if (!first) return '';
  const lines = [
    Object.keys(first).map((name) => name.toUpperCase()),
    ...rows.map((row) => Object.values(row).map(printable)),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
