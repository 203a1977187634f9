import { join } from 'node:path';

import { ConfigError } from './config-error.js';
import { environmentLayer } from './environment.layer.js';
import type { Variables } from './environment.layer.js';
import type { HavenConfig } from './haven.config.js';
import { joinLayers } from './layer.js';
import type { RawValue, Layer } from './layer.js';
import { setLayer } from './set.layer.js';
import { redactText } from './redact.js';
import { validate } from './validate.js';
import { yamlLayer } from './yaml.layer.js';

const environments = ['local', 'test', 'production'] as const;

/** What Haven runs as; names the YAML file laid over `default.yaml`. */
export type EnvironmentName = (typeof environments)[number];

/** Where the configuration comes from. */
export interface ConfigSources {
  /** The directory of the YAML files; `HAVEN_CONFIG_DIR` replaces it. */
  configDir: string;
  env?: Variables;
  /** The `--set` arguments, each `section.setting=value`. */
  set?: readonly string[];
}

/** A valid configuration, and where each of its values came from. */
export interface LoadedConfig {
  readonly environment: EnvironmentName;
  readonly config: HavenConfig;
  /** Path of every setting that has a value → `config/local.yaml:7`, `environment variable PORT`, … */
  readonly origins: ReadonlyMap<string, string>;
}

/**
 * Composes `default.yaml` ← `{HAVEN_ENV}.yaml` ← environment variables ← `--set`; the later wins.
 * Validates the whole: throws one `ConfigError` with all mistakes, or every value is what its class says.
 */
export function loadConfig({ configDir, env = process.env, set = [] }: ConfigSources): LoadedConfig {
  const directory = env['HAVEN_CONFIG_DIR'] || configDir;
  const named = env['HAVEN_ENV'] || 'local';
  const environment = environments.find((name) => name === named);
  const defaults = yamlLayer(join(directory, 'default.yaml'));
  const own = environment ? yamlLayer(join(directory, `${environment}.yaml`)) : unknownEnvironment(named);
  const layers = joinLayers([defaults, own, environmentLayer(env), setLayer(set)]);
  const given = new Map(layers.values.map((one) => [one.path, one]));
  const { config, mistakes } = validate(given, named);
  // Where the defaults could not be read, that they are missing is no news.
  const news = defaults.issues.length > 0 ? mistakes.filter((mistake) => given.has(mistake.path)) : mistakes;
  if (layers.issues.length + news.length > 0 || !environment) throw new ConfigError([...layers.issues, ...news]);
  return { environment, ...inheritUrl(config, given) };
}

function unknownEnvironment(named: string): Layer {
  const mistake = {
    path: 'HAVEN_ENV',
    problem: `must be one of ${environments.join(', ')}`,
    given: JSON.stringify(redactText(named)),
    origin: 'environment variable HAVEN_ENV',
  };
  return { values: [], issues: [mistake] };
}

/** Migrations go to `database.url` unless they have a URL of their own. */
function inheritUrl(
  config: HavenConfig,
  given: ReadonlyMap<string, RawValue>,
): Pick<LoadedConfig, 'config' | 'origins'> {
  const present = [...given.values()].filter((one) => one.value !== null);
  const origins = new Map(present.map((one) => [one.path, one.origin]));
  const { url, migrationUrl } = config.database;
  if (url !== undefined && migrationUrl === undefined) {
    Object.assign(config.database, { migrationUrl: url });
    origins.set('database.migrationUrl', 'same as database.url');
  }
  return { config, origins };
}
