import { stringify } from 'yaml';

import { maskPostgresUrl } from './postgres-url.js';
import type { SettingDefinition } from './settings.js';
import { printDuration, printSize } from './units.js';

/** A loaded value as YAML on one line, with its unit, and without what is secret in it. */
export function printedValue(setting: SettingDefinition, value: unknown): string {
  if (setting.secret && Array.isArray(value))
    return `[${value.map((url) => yamlText(maskPostgresUrl(String(url)))).join(', ')}]`;
  if (setting.secret) return yamlText(maskPostgresUrl(String(value)));
  if (setting.kind === 'count' && value === 0) return 'auto';
  if (setting.kind === 'duration') return printDuration(Number(value));
  if (setting.kind === 'durations' && Array.isArray(value))
    return `[${value.map(Number).map(printDuration).join(', ')}]`;
  if (setting.kind === 'size') return printSize(Number(value));
  return typeof value === 'string' ? yamlText(value) : JSON.stringify(value);
}

function yamlText(text: string): string {
  // JSON is YAML too, and stays on its line whatever the text holds.
  return /[\p{Cc}\\]/u.test(text) ? JSON.stringify(text) : stringify(text, { lineWidth: 0 }).trimEnd();
}
