import { isObject } from '../../../values/diff.js';
import { pointerTo } from '../../../values/json-schema.js';
import { isPattern } from './is-pattern.js';
import { keywords, meantKeyword, typeNames } from './schema-keywords.js';

/** A place in a schema that is wrong, or probably not meant. The server checks the schema again, with more rules. */
export interface SchemaProblem {
  /** JSON Pointer into the schema. */
  pointer: string;
  severity: 'error' | 'warning';
  message: string;
}

const EFFECTS: readonly unknown[] = ['restrict', 'setNull', 'cascade'];

/** Returns the problems of a schema. `collections` are the names to which references can lead. */
export function lintSchema(schema: unknown, collections: ReadonlySet<string>): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const report = (pointer: string, message: string, severity: SchemaProblem['severity'] = 'error'): void => {
    problems.push({ pointer, severity, message });
  };
  if (isObject(schema)) check(schema, '');
  else report('', 'The schema must be a JSON object, { … }, or null.');
  return problems;

  function check(part: unknown, pointer: string): void {
    if (typeof part === 'boolean') return;
    if (!isObject(part)) return report(pointer, 'Must be a schema: an object, true or false.');
    for (const [name, value] of Object.entries(part)) checkKeyword(name, value, pointerTo(pointer, name));
  }

  function checkKeyword(name: string, value: unknown, at: string): void {
    switch (keywords.get(name)) {
      case undefined:
        return checkUnknown(name, at);
      case 'schema':
        return check(value, at);
      case 'schemas':
        return checkList(value, at);
      case 'items':
        return Array.isArray(value) ? checkList(value, at) : check(value, at);
      case 'namedSchemas':
        if (!isObject(value)) return report(at, `\`${name}\` must be an object whose members are schemas.`);
        for (const [key, inner] of Object.entries(value)) check(inner, pointerTo(at, key));
        return;
      case 'reference':
        return checkReference(value, at);
      default:
        return checkValue(name, value, at);
    }
  }

  function checkList(value: unknown, at: string): void {
    if (!Array.isArray(value)) return report(at, 'Must be a list of schemas.');
    for (const [index, inner] of value.entries()) check(inner, pointerTo(at, index));
  }

  function checkReference(value: unknown, at: string): void {
    if (!isObject(value) || typeof value.collection !== 'string')
      return report(at, 'Must be an object with `collection`, such as {"collection": "people"}.');
    if (!collections.has(value.collection))
      report(pointerTo(at, 'collection'), `There is no collection ${JSON.stringify(value.collection)}.`, 'warning');
    if (value.onDelete !== undefined && !EFFECTS.includes(value.onDelete))
      report(pointerTo(at, 'onDelete'), 'Must be "restrict", "setNull" or "cascade".');
  }

  function checkUnknown(name: string, at: string): void {
    const meant = meantKeyword(name);
    if (name === 'x-unique') report(at, 'This has no effect. Declare a unique index in the tab Indexes.', 'warning');
    else if (meant !== undefined) report(at, `\`${name}\` has no effect. Did you mean \`${meant}\`?`, 'warning');
  }

  function checkValue(name: string, value: unknown, at: string): void {
    const message = wrongValue(name, value);
    if (message !== undefined) report(at, `\`${name}\` ${message}`);
  }
}

/** Returns what is wrong with the value of a keyword that contains no schemas. */
function wrongValue(name: string, value: unknown): string | undefined {
  switch (keywords.get(name)) {
    case 'types':
      return [value].flat().every((type) => typeNames.includes(String(type)))
        ? undefined
        : `must be one of ${typeNames.join(', ')}, or a list of them.`;
    case 'text':
      return typeof value === 'string' ? undefined : 'must be a string.';
    case 'pattern':
      return wrongPattern(value);
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
        ? undefined
        : 'must be a list of names.';
    case 'list':
      return Array.isArray(value) && value.length > 0 ? undefined : 'must be a list with at least one value.';
    case 'number':
      return typeof value === 'number' ? undefined : 'must be a number.';
    case 'count':
      return Number.isInteger(value) && Number(value) >= 0 ? undefined : 'must be a whole number, 0 or more.';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false.';
    default:
      return undefined;
  }
}

function wrongPattern(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string.';
  if (/\(\?(?:[=!]|<[=!])/.test(value)) return 'must not contain lookaheads or lookbehinds.';
  return isPattern(value) ? undefined : 'is not a regular expression.';
}
