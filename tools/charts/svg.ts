/** Colors that differ on light and on dark backgrounds, also for people who do not see red or green. */
const COLORS = ['#0f8a7e', '#d97706', '#7c6fd6', '#c2410c', '#2f7fd1', '#6b7a89', '#b8439a', '#4d8f2a'];

/** Wraps the content of a chart. Text follows the light or dark mode of the reader's system. */
export function svg(width: number, height: number, title: string, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
<style>
text { font: 12px system-ui, sans-serif; fill: #1c2430; }
.dim { fill: #556070; }
.title { font-weight: 600; }
.end { text-anchor: end; }
.grid { stroke: #d9dee4; }
@media (prefers-color-scheme: dark) { text { fill: #e4e8ee; } .dim { fill: #a3adba; } .grid { stroke: #333c48; } }
</style>
${content}
</svg>
`;
}

/** Returns a text. Its class is `dim`, `title` or `end`. */
export function label(x: number, y: number, text: string, kind = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" class="${kind}">${escape(text)}</text>`;
}

/** Returns the names of series with their colors, in one line. */
export function legend(x: number, y: number, names: readonly string[], width = 110): string {
  return names
    .map(
      (name, index) =>
        `<rect x="${x + index * width}" y="${y - 9}" width="10" height="10" rx="2" fill="${colorOf(index)}"/>${label(x + 14 + index * width, y, name)}`,
    )
    .join('');
}

export function colorOf(index: number): string {
  return COLORS[index % COLORS.length] ?? '#000';
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
