import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Pair } from 'yaml';

import { sectionNames } from './haven.config.js';
import { joinLayers } from './layer.js';
import type { Layer } from './layer.js';
import { withSuggestion } from './suggest.js';
import { findSetting, settings } from './settings.js';
import { redactText } from './redact.js';

/** Reads the settings of a YAML file, each with its line. An unreadable file is a mistake in the configuration. */
export function yamlLayer(file: string): Layer {
  const name = displayPath(file);
  try {
    return new YamlReader(name, readFileSync(file, 'utf8')).read();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return yamlIssue(name, `cannot be read (${String(error.code)})`);
  }
}

class YamlReader {
  private readonly lines = new LineCounter();
  private readonly document: Document.Parsed;

  constructor(
    private readonly name: string,
    text: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false });
  }

  read(): Layer {
    const { contents, errors, warnings } = this.document;
    const unreadable = [...errors, ...warnings].map((error) =>
      // The parser's own message may quote a secret from the file.
      yamlIssue(
        this.name,
        `is not valid YAML: ${error.code.toLowerCase().replaceAll('_', ' ')}`,
        this.at(error.pos[0]),
      ),
    );
    if (unreadable.length > 0) return joinLayers(unreadable);
    if (isMap<Node, Node>(contents)) return joinLayers(contents.items.map((pair) => this.section(pair)));
    if (contents === null || (isScalar(contents) && contents.value === null)) return joinLayers([]);
    return yamlIssue(this.name, 'must be a map of sections', this.at(0));
  }

  private section({ key, value }: Pair<Node, Node | null>): Layer {
    const origin = this.originOf(key);
    const section = sectionNames.find((name) => name === nodeText(key));
    if (!section) {
      return yamlIssue(nodeText(key), withSuggestion('is not a section', nodeText(key), sectionNames), origin);
    }
    if (isMap<Node, Node>(value)) return joinLayers(value.items.map((pair) => this.setting(section, pair)));
    if (value === null || (isScalar(value) && value.value === null)) return joinLayers([]);
    return yamlIssue(section, 'must be a map of settings', origin);
  }

  private setting(section: string, { key, value }: Pair<Node, Node | null>): Layer {
    const origin = this.originOf(key);
    const path = `${section}.${nodeText(key)}`;
    if (!findSetting(path)) {
      const known = settings.map((setting) => setting.path);
      return yamlIssue(path, withSuggestion('is not a setting', path, known), origin);
    }
    return { values: [{ path, value: value?.toJS(this.document) ?? null, origin, untyped: false }], issues: [] };
  }

  private originOf(key: Node): string {
    return this.at(key.range?.[0] ?? 0);
  }

  private at(offset: number): string {
    return `${this.name}:${this.lines.linePos(offset).line}`;
  }
}

/** Returns the path relative to the working directory, unless the file is outside it. */
function displayPath(file: string): string {
  const fromHere = relative('', file);
  return fromHere.startsWith('..') ? file : fromHere;
}

function nodeText(key: Node): string {
  return isScalar(key) ? redactText(String(key.value)) : 'a key that is not a string';
}

function yamlIssue(path: string, problem: string, origin?: string): Layer {
  return { values: [], issues: [{ path, problem, origin }] };
}
