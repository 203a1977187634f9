import { fixed } from './pages/markdown.ts';

/** The sign before the limit of an aim. */
const SIGNS = { most: '≤', least: '≥', below: '<' } as const;

/** A limit for a measured figure, and the number of digits with which both are shown and compared. */
export interface Aim {
  is: keyof typeof SIGNS;
  limit: number;
  digits: number;
}

/** A measured figure with its aim. */
export interface AimedFigure {
  /** The operation and the figure, such as `import of CSV, records/s`. */
  name: string;
  value: number;
  aim: Aim;
}

export function atMost(limit: number, digits: number): Aim {
  return { is: 'most', limit, digits };
}

export function atLeast(limit: number, digits: number): Aim {
  return { is: 'least', limit, digits };
}

export function below(limit: number, digits: number): Aim {
  return { is: 'below', limit, digits };
}

/** Returns the aim as tables show it, such as `≤ 1.10`, or an empty text if there is none. */
export function aimText(aim: Aim | undefined): string {
  return aim ? `${SIGNS[aim.is]} ${fixed(aim.limit, decimalsOf(aim))}` : '';
}

/** Returns whether the shown figure misses its aim. A figure that was not measured misses nothing. */
export function isMissed({ value, aim }: Pick<AimedFigure, 'value' | 'aim'>): boolean {
  if (!Number.isFinite(value)) return false;
  const shown = Number(value.toFixed(aim.digits));
  if (aim.is === 'most') return shown > aim.limit;
  return aim.is === 'least' ? shown < aim.limit : shown >= aim.limit;
}

/** A whole number is shown without digits, except as a ratio. */
function decimalsOf({ limit, digits }: Aim): number {
  return digits < 2 && Number.isInteger(limit) ? 0 : digits;
}
