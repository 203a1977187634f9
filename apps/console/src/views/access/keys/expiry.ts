const DAY_MS = 86_400_000;

/** The periods that the form of a new key offers. */
export const expiryOptions = [
  { value: 'never', label: 'Never' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'at', label: 'At a time…' },
] as const;

export type ExpiryOption = (typeof expiryOptions)[number]['value'];

/** Returns when a key expires, as the API takes it. `at` is the local time of a field, without a time zone. */
export function expiresAt(option: ExpiryOption, at: string, now: number): string | null {
  if (option === 'never') return null;
  return new Date(option === 'at' ? at : now + Number(option) * DAY_MS).toISOString();
}
