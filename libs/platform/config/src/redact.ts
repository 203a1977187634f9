import type { SettingDefinition } from './settings.js';

const maxLength = 80;

/** Formats a value for an error message: on one line, shortened, and without secrets. */
export function redactValue(setting: SettingDefinition, value: unknown): string {
  if (setting.secret) return '(hidden)';
  if (typeof value === 'string') return JSON.stringify(redactText(value));
  if (Array.isArray(value)) return ['list', 'durations'].includes(setting.kind) ? redactList(value) : 'a list';
  // A map may contain anything, even a secret setting that was indented too far by mistake.
  return typeof value === 'object' && value !== null ? 'a map' : String(value);
}

/** Formats text for an error message: on one line, shortened, and without the credentials of URLs. */
export function redactText(text: string): string {
  const open = text.replace(/:\/\/\S*@/g, '://***@').replace(/\p{Cc}+/gu, ' ');
  return open.length > maxLength ? `${open.slice(0, maxLength)}…` : open;
}

function redactList(values: readonly unknown[]): string {
  const parts = values.map((value) =>
    typeof value === 'object' && value !== null ? 'a map' : redactText(String(value)),
  );
  return JSON.stringify(redactText(parts.join(',')));
}
