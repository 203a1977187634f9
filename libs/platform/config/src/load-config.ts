import { join } from 'node:path';

import { ConfigError } from './config-error.js';
import { environmentLayer } from './environment.layer.js';
import type { Variables } from './environment.layer.js';
import type { HavenConfig } from './haven.config.js';
import { injectedVariables } from './injected-variables.js';
import { joinLayers } from './layer.js';
import type { RawValue, Layer } from './layer.js';
import { setLayer } from './set.layer.js';
import { redactText } from './redact.js';
import { validate } from './validate.js';
import { yamlLayer } from './yaml.layer.js';

const environments = ['local', 'test', 'production'] as const;

/** The environment in which Haven runs: the name of the YAML file that overrides `default.yaml`. */
export type EnvironmentName = (typeof environments)[number];

/** The sources of the configuration. */
export interface ConfigSources {
  /** The directory of the YAML files; `HAVEN_CONFIG_DIR` replaces it. */
  configDir: string;
  env?: Variables;
  /** The `--set` arguments, each `section.setting=value`. */
  set?: readonly string[];
}

/** A valid configuration, and the origin of each value. */
export interface LoadedConfig {
  readonly environment: EnvironmentName;
  readonly config: HavenConfig;
  /**
   * Maps the path of every setting with a value to its origin: `config/local.yaml:7`, `environment variable PORT`, …
   */
  readonly origins: ReadonlyMap<string, string>;
  /** Names of the variables that were ignored because the platform injected them. */
  readonly injected: readonly string[];
}

/**
 * Loads `default.yaml`, `{HAVEN_ENV}.yaml`, environment variables and `--set` arguments; later sources override earlier
 * ones. Validates the result and throws one `ConfigError` with all mistakes.
 */
export function loadConfig({ configDir, env = process.env, set = [] }: ConfigSources): LoadedConfig {
  const directory = env['HAVEN_CONFIG_DIR'] || configDir;
  const named = env['HAVEN_ENV'] || 'local';
  const environment = environments.find((name) => name === named);
  const defaults = yamlLayer(join(directory, 'default.yaml'));
  const own = environment ? yamlLayer(join(directory, `${environment}.yaml`)) : unknownEnvironment(named);
  const injected = injectedVariables(env);
  const variables = { ...env, ...Object.fromEntries(injected.map((name) => [name, undefined])) };
  const layers = joinLayers([defaults, own, environmentLayer(variables), setLayer(set)]);
  const given = new Map(layers.values.map((one) => [one.path, one]));
  const { config, issues } = validate(given, named);
  // If the defaults could not be read, do not report every setting as missing as well.
  const invalid = defaults.issues.length > 0 ? issues.filter((issue) => given.has(issue.path)) : issues;
  if (layers.issues.length + invalid.length > 0 || !environment) throw new ConfigError([...layers.issues, ...invalid]);
  return { environment, injected, ...resolveDatabase(config, given, environment) };
}

function unknownEnvironment(named: string): Layer {
  const issue = {
    path: 'HAVEN_ENV',
    problem: `must be one of ${environments.join(', ')}`,
    given: JSON.stringify(redactText(named)),
    origin: 'environment variable HAVEN_ENV',
  };
  return { values: [], issues: [issue] };
}

/**
 * Migrations use `database.sessionUrl`, or otherwise `database.url`, unless `database.migrationUrl` is set. Without
 * `database.url`, the embedded database is used, but in production only if `database.embedded` says so.
 */
function resolveDatabase(
  config: HavenConfig,
  given: ReadonlyMap<string, RawValue>,
  environment: EnvironmentName,
): Pick<LoadedConfig, 'config' | 'origins'> {
  const present = [...given.values()].filter((one) => one.value !== null);
  const origins = new Map(present.map((one) => [one.path, one.origin]));
  const { url, sessionUrl, migrationUrl, embedded } = config.database;
  if (embedded === undefined) {
    Object.assign(config.database, { embedded: url === undefined && environment !== 'production' });
    origins.set('database.embedded', url === undefined ? `HAVEN_ENV=${environment}` : 'database.url is set');
  }
  if (url !== undefined && migrationUrl === undefined) {
    Object.assign(config.database, { migrationUrl: sessionUrl ?? url });
    origins.set('database.migrationUrl', `same as database.${sessionUrl === undefined ? 'url' : 'sessionUrl'}`);
  }
  return { config, origins };
}
