import type { RawValue } from './layer.js';
import type { SettingKind } from './setting.js';
import { parseDuration, parseSize } from './units.js';

/** Converts a raw value to the kind of the setting; undefined if it does not match. The config classes check ranges. */
export function convert(kind: SettingKind, { value, untyped }: RawValue): unknown {
  return untyped && typeof value === 'string' ? fromText[kind](value) : fromYaml[kind](value);
}

const fromText: Record<SettingKind, (text: string) => unknown> = {
  integer: (text) => (/^(0|-?[1-9]\d*)$/.test(text) ? Number(text) : undefined),
  count: (text) => (text === 'auto' ? 0 : countOf(fromText.integer(text))),
  boolean: (text) => ({ true: true, false: false })[text],
  text: (text) => text,
  list: (text) => (text === '' ? [] : text.split(',').map((item) => item.trim())),
  duration: parseDuration,
  durations: (text) => durationsOf(fromText.list(text)),
  size: parseSize,
};

const fromYaml: Record<SettingKind, (value: unknown) => unknown> = {
  integer: (value) => (typeof value === 'number' ? value : undefined),
  count: (value) => (value === 'auto' ? 0 : countOf(fromYaml.integer(value))),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  text: (value) => (typeof value === 'string' ? value : undefined),
  list: (value) => (Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined),
  duration: (value) => (typeof value === 'string' ? parseDuration(value) : undefined),
  durations: (value) => durationsOf(fromYaml.list(value)),
  size: (value) => (typeof value === 'string' ? parseSize(value) : fromYaml.integer(value)),
};

/** Rejects 0, which represents `auto` internally and cannot be set. */
function countOf(integer: unknown): unknown {
  return integer === 0 ? undefined : integer;
}

function durationsOf(list: unknown): number[] | undefined {
  const durations = Array.isArray(list) ? list.map((item) => parseDuration(String(item))) : [undefined];
  return durations.every((duration) => duration !== undefined) ? durations : undefined;
}
