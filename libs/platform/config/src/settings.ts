import { getMetadataStorage } from 'class-validator';

import { HavenConfig, sectionNames } from './haven.config.js';
import { settingsOf, typeOf } from './setting.js';
import type { DeclaredSetting } from './setting.js';
import { printDuration, printSize } from './units.js';

/** One setting with all its names. */
export interface SettingDefinition extends DeclaredSetting {
  /** Section and key, as in YAML and `--set`: `server.port`. */
  path: string;
  section: keyof HavenConfig;
  /** Environment variables: the long one that is derived from the path, and the short one, if any. */
  variables: readonly [string, ...string[]];
  optional: boolean;
  /** Allowed values, as a noun phrase: `an integer from 0 to 65535`. */
  shape: string;
}

/** All settings, in the order of the documentation. */
export const settings: readonly SettingDefinition[] = sectionNames.flatMap((section) => {
  const type = typeOf(HavenConfig.prototype, section);
  return settingsOf(type.prototype).map((declared) => define(section, type, declared));
});

/** Returns the setting with this path; null if there is none. */
export function findSetting(path: string): SettingDefinition | null {
  return settings.find((setting) => setting.path === path) ?? null;
}

/** Returns the value of a setting in a loaded configuration. */
export function valueOf(config: HavenConfig, setting: SettingDefinition): unknown {
  return Reflect.get(config[setting.section], setting.key);
}

function define(section: keyof HavenConfig, type: new () => object, declared: DeclaredSetting): SettingDefinition {
  const path = `${section}.${declared.key}`;
  const variable = `HAVEN_${path.replaceAll('.', '_').replace(/[A-Z]/g, '_$&').toUpperCase()}`;
  const constraints = constraintsOf(type, declared.key);
  return {
    ...declared,
    path,
    section,
    variables: declared.alias ? [variable, declared.alias] : [variable],
    optional: constraints.has('isOptional'),
    shape: shapeOf(declared, constraints),
  };
}

function constraintsOf(type: new () => object, key: string): ReadonlyMap<string, unknown> {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return new Map(
    metadata
      .filter((each) => each.propertyName === key)
      .map((each): [string, unknown] => [each.name ?? each.type, each.constraints?.[0]]),
  );
}

function shapeOf({ kind }: DeclaredSetting, constraints: ReadonlyMap<string, unknown>): string {
  const choices = constraints.get('isIn');
  if (Array.isArray(choices)) return `one of ${choices.join(', ')}`;
  if (kind === 'boolean') return 'true or false';
  if (kind === 'text') return 'text';
  if (kind === 'list') return 'a list of text';
  if (kind === 'durations') return 'a list of durations';
  if (kind === 'count') return `auto, or an integer from 1 to ${Number(constraints.get('max'))}`;
  const print = { integer: String, duration: printDuration, size: printSize }[kind];
  const noun = { integer: 'an integer', duration: 'a duration', size: 'a size' }[kind];
  return `${noun} from ${print(Number(constraints.get('min')))} to ${print(Number(constraints.get('max')))}`;
}
