import { sectionNames } from './haven.config.js';
import type { LoadedConfig } from './load-config.js';
import { printedValue } from './printed.js';
import { settings, valueOf } from './settings.js';
import type { SettingDefinition } from './settings.js';

interface Line {
  text: string;
  comment: string;
}

/** The composed configuration as YAML, each value with its origin as a comment. Passwords are masked. */
export function describeConfig(loaded: LoadedConfig): string {
  const lines = sectionNames.flatMap((section) => [
    { text: `${section}:`, comment: '' },
    ...settings.filter((setting) => setting.section === section).map((setting) => settingLine(loaded, setting)),
  ]);
  const width = Math.max(...lines.filter((line) => line.text.length <= 50).map((line) => line.text.length));
  const body = lines.map(({ text, comment }) => (comment ? `${text.padEnd(width)}  # ${comment}` : text));
  return [`# environment: ${loaded.environment}`, ...body, ''].join('\n');
}

function settingLine({ config, origins }: LoadedConfig, setting: SettingDefinition): Line {
  const value = valueOf(config, setting);
  if (value === undefined) return { text: `  # ${setting.key}:`, comment: 'not set' };
  return { text: `  ${setting.key}: ${printedValue(setting, value)}`, comment: origins.get(setting.path) ?? '' };
}
