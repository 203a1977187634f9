import { colorOf, label, legend, round, svg } from './svg.ts';

/** Values of several series for several groups, such as the servers and the operations of a benchmark. */
export interface BarChart {
  title: string;
  series: readonly string[];
  groups: readonly { name: string; values: readonly (number | undefined)[] }[];
  /** A value that a vertical line shows, such as an objective. */
  mark?: { value: number; name: string };
  format(value: number): string;
}

const [WIDTH, LEFT, RIGHT, TOP, BAR, GAP, ROW] = [720, 170, 60, 64, 13, 12, 14];

/** Draws horizontal bars with their values. */
export function barChart({ title, series, groups, mark, format }: BarChart): string {
  const values = groups.flatMap((group) => group.values.map((value) => value ?? 0));
  const greatest = Math.max(...values, mark?.value ?? 0);
  const scale = (WIDTH - LEFT - RIGHT) / greatest;
  let y = TOP;
  const parts = [label(12, 22, title, 'title'), legend(LEFT, 46, series)];
  for (const { name, values: own } of groups) {
    const middle = y + (own.filter((value) => value !== undefined).length * BAR) / 2 + 4;
    parts.push(label(LEFT - 10, middle, name, 'end'));
    own.forEach((value, index) => {
      if (value === undefined) return;
      const width = round(value * scale);
      parts.push(`<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" rx="2" fill="${colorOf(index)}"/>`);
      parts.push(label(LEFT + width + 6, y + BAR - 3, format(value), 'dim'));
      y += BAR;
    });
    y += GAP;
  }
  if (mark) {
    parts.push(markLine(LEFT + mark.value * scale, y - GAP, mark.name));
    y += ROW;
  }
  return svg(WIDTH, y + 4, title, parts.join('\n'));
}

/** Returns a vertical line, and its name below it. */
function markLine(x: number, bottom: number, name: string): string {
  const at = round(x);
  const line = `<line x1="${at}" x2="${at}" y1="${TOP - 8}" y2="${bottom}" stroke="#c2410c" stroke-dasharray="4 3"/>`;
  return line + label(at + 30, bottom + ROW, name, 'dim end');
}
