import type { SettingDefinition } from './settings.js';

const longest = 80;

/** A given value as a mistake may show it: one line, not long, never a secret. */
export function redactValue(setting: SettingDefinition, value: unknown): string {
  if (setting.secret) return '(hidden)';
  if (typeof value === 'string') return JSON.stringify(redactText(value));
  if (Array.isArray(value)) return ['list', 'durations'].includes(setting.kind) ? redactList(value) : 'a list';
  // A map may hold anything, even a secret that is indented too far.
  return typeof value === 'object' && value !== null ? 'a map' : String(value);
}

/** Text on one line, not long, without the credentials of any URL in it. */
export function redactText(text: string): string {
  const open = text.replace(/:\/\/\S*@/g, '://***@').replace(/\p{Cc}+/gu, ' ');
  return open.length > longest ? `${open.slice(0, longest)}…` : open;
}

function redactList(values: readonly unknown[]): string {
  const parts = values.map((value) =>
    typeof value === 'object' && value !== null ? 'a map' : redactText(String(value)),
  );
  return JSON.stringify(redactText(parts.join(',')));
}
