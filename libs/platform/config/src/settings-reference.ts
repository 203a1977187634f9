import { join } from 'node:path';

import { ConfigError } from './config-error.js';
import { settings } from './settings.js';
import { yamlLayer } from './yaml.layer.js';

/** One setting in the generated documentation. */
export interface SettingReference {
  path: string;
  /** Environment variables, the long one first; each may also end in `_FILE`. */
  env: readonly string[];
  /** Allowed values: `an integer from 0 to 65535`. */
  type: string;
  /** The default as written in `default.yaml`; null if there is none. */
  default: string | null;
  description: string;
}

/** Returns all settings, with the defaults of `default.yaml` in the given directory. */
export function settingsReference(configDir: string): SettingReference[] {
  const { values, issues } = yamlLayer(join(configDir, 'default.yaml'));
  if (issues.length > 0) throw new ConfigError(issues);
  const defaults = new Map(values.map(({ path, value }) => [path, value]));
  return settings.map(({ path, variables, shape, description }) => {
    const value = defaults.get(path) ?? null;
    const written = value === null || typeof value === 'string' ? value : JSON.stringify(value);
    return { path, env: variables, type: shape, default: written, description };
  });
}
