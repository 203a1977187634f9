/** A duration of a setting, such as `90d`: the number as typed, and the unit. */
export interface Duration {
  amount: string;
  unit: string;
}

/** Reads a duration of the API. */
export function readDuration(text: string): Duration {
  const [, amount = '', unit = ''] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
  return { amount, unit };
}

/** Writes a duration for the API; null if the number is not a whole one above 0. */
export function writeDuration({ amount, unit }: Duration): string | null {
  return /^[1-9]\d{0,6}$/.test(amount) ? `${amount}${unit}` : null;
}
