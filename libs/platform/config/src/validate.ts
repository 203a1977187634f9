import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

import type { ConfigIssue } from './config-error.js';
import { convert } from './convert.js';
import { crossChecks } from './cross-checks.js';
import { HavenConfig, sectionNames } from './haven.config.js';
import type { RawValue } from './layer.js';
import { findSetting, settings } from './settings.js';
import type { SettingDefinition } from './settings.js';
import { redactValue } from './redact.js';

/** Converts the combined values to the config and collects all mistakes. The config is valid only if there are none. */
export function validate(
  given: ReadonlyMap<string, RawValue>,
  environment: string,
): { config: HavenConfig; issues: ConfigIssue[] } {
  const { values, problems } = convertAll(given);
  const config = instantiate(values);
  for (const [path, problem] of sectionViolations(config)) if (!problems.has(path)) problems.set(path, problem);
  for (const { paths, problem } of crossChecks) {
    const found = paths.some((path) => problems.has(path)) ? undefined : problem(config, environment);
    if (found !== undefined) problems.set(paths[0], found);
  }
  return { config, issues: [...problems].map(([path, problem]) => toConfigIssue(path, problem, given.get(path))) };
}

/**
 * Returns values and problems by path. A missing value is a problem unless the setting is optional; null removes the
 * value of an earlier layer from an optional setting.
 */
function convertAll(given: ReadonlyMap<string, RawValue>) {
  const values = new Map<string, unknown>();
  const problems = new Map<string, string>();
  for (const { path, kind, optional, shape } of settings) {
    const one = given.get(path);
    const value = one && convert(kind, one);
    if (value !== undefined) values.set(path, value);
    else if (!one && !optional) problems.set(path, `is not set; it must be ${shape}`);
    else if (one && !(optional && one.value === null)) problems.set(path, `must be ${shape}`);
  }
  return { values, problems };
}

function instantiate(values: ReadonlyMap<string, unknown>): HavenConfig {
  const sections = sectionNames.map((section) => {
    const own = settings.filter((setting) => setting.section === section && values.has(setting.path));
    return [section, Object.fromEntries(own.map((setting) => [setting.key, values.get(setting.path)]))] as const;
  });
  return plainToInstance(HavenConfig, Object.fromEntries(sections));
}

/** Returns path and problem of each violation of the decorators on the config classes. */
function sectionViolations(config: HavenConfig): [string, string][] {
  return validateSync(config).flatMap(({ property: section, children = [] }) =>
    children.map(({ property, constraints = {} }): [string, string] => {
      const path = `${section}.${property}`;
      return [path, issueText(findSetting(path), Object.values(constraints))];
    }),
  );
}

/**
 * Describes an invalid number or choice by the allowed values (`shape`), and invalid text or an invalid list by the
 * decorator's message.
 */
function issueText(setting: SettingDefinition | null, messages: readonly string[]): string {
  const explained = setting && !['text', 'a list of text'].includes(setting.shape);
  return explained ? `must be ${setting.shape}` : messages.join(' and ');
}

function toConfigIssue(path: string, problem: string, given: RawValue | undefined): ConfigIssue {
  const setting = findSetting(path);
  return {
    path,
    problem,
    given: given && setting ? redactValue(setting, given.value) : undefined,
    origin: given?.origin,
  };
}
