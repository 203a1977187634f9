import { readFileSync } from 'node:fs';

import type { ConfigIssue } from './config-error.js';
import { joinLayers } from './layer.js';
import type { RawValue, Layer } from './layer.js';
import { withSuggestion } from './suggest.js';
import { settings } from './settings.js';
import type { SettingDefinition } from './settings.js';
import { redactText, redactValue } from './redact.js';

/**
 * Environment variables, as in `process.env`. An empty variable counts as not set, unless the setting rejects it
 * because the loss of its value must not go unnoticed.
 */
export type Variables = Readonly<Record<string, string | undefined>>;

/** `HAVEN_` variables that are not settings: they select the files to read, or are used by the CLI and the tests. */
const reserved = /^HAVEN_(ENV|URL|KEY|CONFIG_DIR|TEST_.*)$/;
const variableNames = settings.flatMap((setting) => setting.variables);
const knownVariable = new Set(variableNames.flatMap((name) => [name, `${name}_FILE`]));

/**
 * Reads each setting from `HAVEN_A_B`, from its short alias, or from a file that `HAVEN_A_B_FILE` or its alias names.
 */
export function environmentLayer(env: Variables): Layer {
  return joinLayers([...settings.map((setting) => settingLayer(env, setting)), unknownVariables(env)]);
}

function settingLayer(env: Variables, setting: SettingDefinition): Layer {
  const read = joinLayers(setting.variables.map((name) => variableLayer(env, setting, name)));
  const [first, second] = read.values;
  if (!first || !second || first.value === second.value) return read;
  const other = `${redactValue(setting, second.value)} (${second.origin})`;
  return joinLayers([read, variableIssue(setting, `is given twice; the other value is ${other}`, first)]);
}

function variableLayer(env: Variables, setting: SettingDefinition, name: string): Layer {
  const value = env[name];
  const file = env[`${name}_FILE`];
  if (setting.rejectEmpty) {
    const empty = [name, `${name}_FILE`].find((each) => env[each]?.trim() === '');
    if (empty !== undefined)
      return variableIssue(setting, 'is empty; give it a value, or remove the variable', {
        origin: `environment variable ${empty}`,
      });
  }
  if (value && file) return variableIssue(setting, `is given by both ${name} and ${name}_FILE; keep one`);
  if (value) return give(setting, value, `environment variable ${name}`);
  return file ? fileLayer(setting, `${name}_FILE`, file) : joinLayers([]);
}

function fileLayer(setting: SettingDefinition, name: string, file: string): Layer {
  // By mistake, the variable may contain the secret itself instead of a file name; do not show it.
  const failed = { origin: setting.secret ? `environment variable ${name}` : `${name} (${redactText(file)})` };
  try {
    const value = readFileSync(file, 'utf8').trim();
    return value
      ? give(setting, value, `${name} (${redactText(file)})`)
      : variableIssue(setting, 'has an empty file', failed);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return variableIssue(setting, `has a file that cannot be read (${String(error.code)})`, failed);
  }
}

function unknownVariables(env: Variables): Layer {
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('HAVEN_') && env[name] !== undefined && !reserved.test(name) && !knownVariable.has(name),
  );
  const issues = unknown.map((name): ConfigIssue => {
    const candidates = name.endsWith('_FILE') ? variableNames.map((variable) => `${variable}_FILE`) : variableNames;
    return {
      path: redactText(name),
      problem: withSuggestion('is not a setting', name, candidates),
      origin: `environment variable ${redactText(name)}`,
    };
  });
  return { values: [], issues };
}

function give({ path }: SettingDefinition, value: string, origin: string): Layer {
  return { values: [{ path, value, origin, untyped: true }], issues: [] };
}

function variableIssue(setting: SettingDefinition, problem: string, given: Partial<RawValue> = {}): Layer {
  const shown = given.value === undefined ? undefined : redactValue(setting, given.value);
  return { values: [], issues: [{ path: setting.path, problem, given: shown, origin: given.origin }] };
}
