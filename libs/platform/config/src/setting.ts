import 'reflect-metadata';

import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';

/** What a value is once it is loaded: durations are milliseconds, sizes are bytes. */
export type SettingKind = 'integer' | 'count' | 'boolean' | 'text' | 'list' | 'duration' | 'durations' | 'size';

/** What a setting may say about itself beside its description. */
export interface SettingOptions {
  /** Written with a unit: a duration (`30s`, or a list of such) is loaded as milliseconds, a size (`1MiB`) as bytes. */
  unit?: 'milliseconds' | 'bytes';
  /** It may be `auto` too, which is loaded as 0: the machine decides. */
  auto?: true;
  /** Its value is never shown: not by `haven config`, not in an error. */
  secret?: true;
  /** A short environment variable beside the long one made from the path. */
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
  // What a compiler that sees one file at a time records for a union of literals.
  [Object, 'text'],
  [Array, 'list'],
]);

/** Makes a field a setting; the description is its documentation, written for operators. What it may be say class-validator's decorators. */
export function Setting(description: string, options: SettingOptions = {}) {
  return (prototype: object, key: string): void => {
    const type = typeKinds.get(typeOf(prototype, key));
    const kind = options.auto ? 'count' : options.unit ? unitKinds[type === 'list' ? 'list' : options.unit] : type;
    if (!kind) throw new TypeError(`The setting ${key} must be a number, boolean, string or array.`);
    declaredSettings.set(prototype, [...settingsOf(prototype), { ...options, key, kind, description }]);
  };
}

/** Makes a field a section: an object of settings, validated with the whole. */
export function Section() {
  return (prototype: object, key: string): void => {
    ValidateNested()(prototype, key);
    Type(() => typeOf(prototype, key))(prototype, key);
  };
}

/** The settings a config class declares, in the order of its fields. */
export function settingsOf(prototype: object): readonly DeclaredSetting[] {
  return declaredSettings.get(prototype) ?? [];
}

/** The class TypeScript recorded as the type of a field. */
export function typeOf(prototype: object, key: string): new () => object {
  const type: new () => object = Reflect.getMetadata('design:type', prototype, key);
  return type;
}
