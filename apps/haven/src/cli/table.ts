import { styleText } from 'node:util';

import { printable } from './cli-error.js';

type Style = Parameters<typeof styleText>[0];

/** Colours of states, wherever a cell consists of one. */
const STATE_STYLES: Readonly<Record<string, Style>> = {
  active: 'green',
  delivered: 'green',
  ready: 'green',
  paused: 'yellow',
  suspended: 'yellow',
  retrying: 'yellow',
  held: 'yellow',
  building: 'yellow',
  disabled: 'red',
  dead: 'red',
  deleting: 'red',
};

/** Width of a cell on a terminal, where a longer text is cut. */
const MAX_CELL = 60;

/**
 * Formats rows as a table with a header; `none` if there are no rows. Each column is as wide as its widest cell.
 * Colours are used, and long cells are cut, only if `stream` is a terminal.
 */
export function tableOf(
  rows: readonly Readonly<Record<string, string>>[],
  stream: NodeJS.WriteStream = process.stdout,
): string {
  const [first] = rows;
  if (!first) return 'none\n';
  const header = Object.keys(first).map((name) => printable(name.toUpperCase()));
  const lines = [header, ...rows.map((row) => Object.values(row).map((cell) => shown(printable(cell), stream)))];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line, index) => {
      const cells = line.map((cell, column) => {
        const padded = column === line.length - 1 ? cell : cell.padEnd(widths[column] ?? 0);
        return index === 0 ? styled('bold', padded, stream) : styled(STATE_STYLES[cell], padded, stream);
      });
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

/** Styles a text if the stream is a terminal that shows colours (see `NO_COLOR`). */
export function styled(style: Style | undefined, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return style === undefined ? text : styleText(style, text, { stream });
}

function shown(cell: string, { isTTY }: NodeJS.WriteStream): string {
  return isTTY && cell.length > MAX_CELL ? `${cell.slice(0, MAX_CELL - 1)}…` : cell;
}
