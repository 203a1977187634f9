import 'reflect-metadata';

import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';

/** Kind of a loaded value: durations are in milliseconds, sizes in bytes. */
export type SettingKind = 'integer' | 'count' | 'boolean' | 'text' | 'list' | 'duration' | 'durations' | 'size';

/** Options of a setting, in addition to its description. */
export interface SettingOptions {
  /**
   * The unit of the loaded value, which is configured as text: a duration or a list of durations (`30s`) is loaded as
   * milliseconds, a size (`1MiB`) as bytes.
   */
  unit?: 'milliseconds' | 'bytes';
  /** The setting also accepts `auto`, which is loaded as 0 and means that Haven chooses a value for the machine. */
  auto?: true;
  /** The value is never shown, neither by `haven config` nor in errors. */
  secret?: true;
  /** An empty variable or file is an error. For other settings, an empty variable counts as not set. */
  rejectEmpty?: true;
  /** A short environment variable, in addition to the long one that is derived from the path. */
  alias?: string;
}

/** A decorated field of a config class. */
export interface DeclaredSetting extends SettingOptions {
  key: string;
  kind: SettingKind;
  description: string;
}

const declaredSettings = new Map<object, DeclaredSetting[]>();
const unitKinds = { milliseconds: 'duration', bytes: 'size', list: 'durations' } as const;
const typeKinds = new Map<unknown, SettingKind>([
  [Number, 'integer'],
  [Boolean, 'boolean'],
  [String, 'text'],
  // A setting that is a union of string literals. Compilers that process one file at a time record `Object` for it.
  [Object, 'text'],
  [Array, 'list'],
]);

/**
 * Declares a field as a setting. The description is its documentation for operators; class-validator's decorators
 * define the allowed values.
 */
export function Setting(description: string, options: SettingOptions = {}) {
  return (prototype: object, key: string): void => {
    const type = typeKinds.get(typeOf(prototype, key));
    const kind = options.auto ? 'count' : options.unit ? unitKinds[type === 'list' ? 'list' : options.unit] : type;
    if (!kind) throw new TypeError(`The setting ${key} must be a number, boolean, string or array.`);
    declaredSettings.set(prototype, [...settingsOf(prototype), { ...options, key, kind, description }]);
  };
}

/** Declares a field as a section: an object of settings that is validated with the whole configuration. */
export function Section() {
  return (prototype: object, key: string): void => {
    ValidateNested()(prototype, key);
    Type(() => typeOf(prototype, key))(prototype, key);
  };
}

/** Returns the settings that a config class declares, in the order of its fields. */
export function settingsOf(prototype: object): readonly DeclaredSetting[] {
  return declaredSettings.get(prototype) ?? [];
}

/** Returns the class that TypeScript recorded as the type of a field. */
export function typeOf(prototype: object, key: string): new () => object {
  const type: new () => object = Reflect.getMetadata('design:type', prototype, key);
  return type;
}
