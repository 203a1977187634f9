import { join } from 'node:path';

import { ConfigError } from './config-error.js';
import { settings } from './settings.js';
import { yamlLayer } from './yaml.layer.js';

/** One setting, as the generated documentation lists it. */
export interface SettingReference {
  path: string;
  /** Its environment variables, the long one first; each may end in `_FILE` too. */
  env: readonly string[];
  /** What it may be: `an integer from 0 to 65535`. */
  type: string;
  /** As `default.yaml` writes it; null where it has no value. */
  default: string | null;
  description: string;
}

/** Every setting, with the defaults of the `default.yaml` in that directory. */
export function settingsReference(configDir: string): SettingReference[] {
  const { values: given, issues: mistakes } = yamlLayer(join(configDir, 'default.yaml'));
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  const defaults = new Map(given.map(({ path, value }) => [path, value]));
  return settings.map(({ path, variables, shape, description }) => {
    const value = defaults.get(path) ?? null;
    const written = value === null || typeof value === 'string' ? value : JSON.stringify(value);
    return { path, env: variables, type: shape, default: written, description };
  });
}
