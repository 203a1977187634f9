import { sectionNames } from './haven.config.js';
import { joinLayers } from './layer.js';
import type { Layer } from './layer.js';
import { withSuggestion } from './suggest.js';
import { findSetting, settings } from './settings.js';
import { redactText } from './redact.js';

/** Reads `--set` arguments of the form `server.port=8080`; the last one for a path wins. */
export function setLayer(arguments_: readonly string[]): Layer {
  return joinLayers(arguments_.map(argumentLayer));
}

function argumentLayer(argument: string): Layer {
  const [, path, value] = /^([A-Za-z][\w.-]*)=(.*)$/s.exec(argument) ?? [];
  // An argument that does not start with a path may be a misplaced secret, so do not show it.
  if (path === undefined || value === undefined) return setIssue('--set', 'must have the form section.setting=value');
  const setting = findSetting(path);
  if (!setting) return setIssue(path, argumentIssue(path), `--set ${path}`);
  const origin = `--set ${path}=${setting.secret ? '(hidden)' : redactText(value)}`;
  return { values: [{ path, value, origin, untyped: true }], issues: [] };
}

function argumentIssue(path: string): string {
  if (sectionNames.some((section) => section === path)) return 'is a section; name one of its settings';
  const known = settings.map((setting) => setting.path);
  return withSuggestion('is not a setting', path, known);
}

function setIssue(path: string, problem: string, origin?: string): Layer {
  return { values: [], issues: [{ path, problem, origin }] };
}
