import { stringify } from 'yaml';

import { sectionNames } from './haven.config.js';
import type { LoadedConfig } from './load-config.js';
import { settings, valueOf } from './settings.js';
import type { SettingDefinition } from './settings.js';
import { maskPostgresUrl } from './postgres-url.js';
import { printDuration, printSize } from './units.js';

interface SettingLine {
  text: string;
  comment: string;
}

/** Prints the effective configuration as YAML, with the origin of each value as a comment. Passwords are masked. */
export function describeConfig(loaded: LoadedConfig): string {
  const lines = sectionNames.flatMap((section) => [
    { text: `${section}:`, comment: '' },
    ...settings.filter((setting) => setting.section === section).map((setting) => settingLine(loaded, setting)),
  ]);
  const width = Math.max(...lines.filter((line) => line.text.length <= 50).map((line) => line.text.length));
  const body = lines.map(({ text, comment }) => (comment ? `${text.padEnd(width)}  # ${comment}` : text));
  const ignored =
    loaded.injected.length > 0 ? [`# ignored, because the platform sets them: ${loaded.injected.join(', ')}`] : [];
  return [`# environment: ${loaded.environment}`, ...ignored, ...body, ''].join('\n');
}

function settingLine({ config, origins }: LoadedConfig, setting: SettingDefinition): SettingLine {
  const value = valueOf(config, setting);
  if (value === undefined) return { text: `  # ${setting.key}:`, comment: 'not set' };
  return { text: `  ${setting.key}: ${formatValue(setting, value)}`, comment: origins.get(setting.path) ?? '' };
}

/** Formats a loaded value as YAML on one line, with its unit and without secrets. */
function formatValue(setting: SettingDefinition, value: unknown): string {
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
  // JSON is also YAML, and escapes control characters, so that the text stays on one line.
  return /[\p{Cc}\\]/u.test(text) ? JSON.stringify(text) : stringify(text, { lineWidth: 0 }).trimEnd();
}
