import type { Summary } from '../measure.ts';
import type { Kept } from '../results.ts';

/** Returns a table. The first column is aligned to the left, all others to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const alignment = header.map((_, index) => (index === 0 ? '---' : '---:'));
  return [header, alignment, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Returns a sentence that says when, of which commit, how long and on which machine the figures were measured. */
export function measured({ commit, date, machine, plan: { rounds, seconds } }: Kept): string {
  const length = seconds > 0 ? ` of ${seconds} s` : '';
  return `Measured on ${date} at commit ${commit}: ${rounds} ${rounds === 1 ? 'round' : 'rounds'}${length}; ${machine}.`;
}

/** Returns an empty text for a value that was not measured. JSON stores NaN and Infinity as null. */
export function fixed(value: Summary | number | null | undefined, digits: number): string {
  const number: number | null | undefined = typeof value === 'object' ? value?.median : value;
  return typeof number === 'number' && Number.isFinite(number)
    ? number.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    : '';
}

/** Returns the median, and the lowest and highest value of any round. */
export function spread({ median, min, max }: Summary, digits: number): string {
  return `**${fixed(median, digits)}** (${fixed(min, digits)}–${fixed(max, digits)})`;
}
