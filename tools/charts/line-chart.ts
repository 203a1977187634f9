import { colorOf, label, round } from './svg.ts';

/** One series over time: points of a time in seconds and a value. */
export interface Line {
  name: string;
  points: readonly (readonly [time: number, value: number])[];
}

/** Where a chart is drawn, and what it shows. */
export interface LineChart {
  x: number;
  y: number;
  width: number;
  height: number;
  title: string;
  lines: readonly Line[];
  format(value: number): string;
}

const [TOP, BOTTOM, LEFT] = [26, 50, 60];
/** The legend has two rows. A character is about 6.5 pixels wide. */
const [MOST_NAMES, NAMES_IN_ROW, ROW, CHARACTER] = [4, 2, 16, 6.5];

/** Draws lines in a rectangle, as a part of a picture of several charts. */
export function lineChart({ x, y, width, height, title, lines, format }: LineChart): string {
  const points = lines.flatMap((line) => line.points);
  const [first, last] = [Math.min(...points.map(([time]) => time)), Math.max(...points.map(([time]) => time))];
  const greatest = Math.max(...points.map(([, value]) => value), Number.MIN_VALUE);
  const [inner, tall] = [width - LEFT - 12, height - TOP - BOTTOM];
  const across = (time: number): number => round(x + LEFT + ((time - first) / Math.max(last - first, 1)) * inner);
  const up = (value: number): number => round(y + TOP + tall - (value / greatest) * tall);
  const grid = [0, 0.5, 1].map((part) => {
    const at = up(part * greatest);
    return `<line class="grid" x1="${x + LEFT}" x2="${x + LEFT + inner}" y1="${at}" y2="${at}"/>${label(x + LEFT - 6, at + 4, format(part * greatest), 'dim end')}`;
  });
  const drawn = lines.map(({ points: own }, index) => {
    const path = own.map(([time, value]) => `${across(time)},${up(value)}`).join(' ');
    return `<polyline fill="none" stroke="${colorOf(index)}" stroke-width="1.6" points="${path}"/>`;
  });
  const step = inner / NAMES_IN_ROW;
  const names = lines.slice(0, MOST_NAMES).map(({ name }, index) => {
    const left = x + LEFT + (index % NAMES_IN_ROW) * step;
    const top = y + height - BOTTOM + 16 + Math.floor(index / NAMES_IN_ROW) * ROW;
    const text = shortened(name, Math.floor((step - 16) / CHARACTER));
    return `<rect x="${round(left)}" y="${top}" width="8" height="8" rx="2" fill="${colorOf(index)}"/>${label(left + 12, top + 8, text, 'dim')}`;
  });
  return [label(x + 8, y + 16, title, 'title'), ...grid, ...drawn, ...names].join('\n');
}

/** Returns the last parts of a name if it is too long: the end of a route says more than its beginning. */
function shortened(name: string, length: number): string {
  if (name.length <= length) return name;
  const end = name.slice(1 - length);
  return `…${end.slice(Math.max(end.search(/[/ ]/), 0))}`;
}
