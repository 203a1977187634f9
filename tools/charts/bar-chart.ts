import { colorOf, label, legend, round, svg } from './svg.ts';

/** Values of several series for several groups, such as the servers and the operations of a benchmark. */
export interface BarChart {
  title: string;
  series: readonly string[];
  groups: readonly { name: string; values: readonly (number | undefined)[] }[];
  format(value: number): string;
}

const [WIDTH, LEFT, RIGHT, TOP, BAR, GAP] = [720, 120, 60, 64, 13, 12];

/** Draws horizontal bars with their values. */
export function barChart({ title, series, groups, format }: BarChart): string {
  const greatest = Math.max(...groups.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const scale = (WIDTH - LEFT - RIGHT) / greatest;
  let y = TOP;
  const parts = [label(12, 22, title, 'title'), legend(LEFT, 46, series)];
  for (const { name, values } of groups) {
    const middle = y + (values.filter((value) => value !== undefined).length * BAR) / 2 + 4;
    parts.push(label(LEFT - 10, middle, name, 'end'));
    values.forEach((value, index) => {
      if (value === undefined) return;
      const width = round(value * scale);
      parts.push(`<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" rx="2" fill="${colorOf(index)}"/>`);
      parts.push(label(LEFT + width + 6, y + BAR - 3, format(value), 'dim'));
      y += BAR;
    });
    y += GAP;
  }
  return svg(WIDTH, y + 4, title, parts.join('\n'));
}
