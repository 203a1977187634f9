import type { Data } from '../api/types.js';
import { InvalidValue, parseList, parseValue, printFor, printList } from '../columns/cell-values.js';
import type { Column } from '../columns/columns.js';
import { isEqual } from '../values/diff.js';
import { parsePath } from '../values/path.js';
import type { DraftCondition } from './condition-row.js';
import { conditionsOf, filterOf } from './conditions.js';
import type { Condition, Conditions } from './conditions.js';
import { operatorOf } from './operators.js';

/** A filter while the user writes it. */
export interface FilterDraft {
  match: Conditions['match'];
  conditions: readonly DraftCondition[];
}

let lastKey = 0;

export function newCondition(path: string, operator: DraftCondition['operator'], text = ''): DraftCondition {
  lastKey += 1;
  return { key: lastKey, path, operator, text };
}

/** Returns the condition with which a filter begins: the first member is equal to a value. */
export function firstCondition(columns: readonly Column[]): DraftCondition {
  const column = columns.find(({ names }) => names.length > 0);
  return newCondition(column?.path ?? '', '_eq');
}

/** Adds a condition to a filter that has none, so that the user can begin at once. */
export function withCondition(draft: FilterDraft | null, columns: readonly Column[]): FilterDraft | null {
  return draft && draft.conditions.length === 0 ? { ...draft, conditions: [firstCondition(columns)] } : draft;
}

/** Returns the conditions of a filter as texts; null if the builder cannot show the filter. */
export function draftOf(filter: Data, columns: ReadonlyMap<string, Column>): FilterDraft | null {
  const found = conditionsOf(filter);
  if (!found) return null;
  const conditions = found.conditions.map((condition) => {
    const { path, operator } = condition;
    return newCondition(path, operator, textOf(condition, columnAt(path, columns)));
  });
  // A text means a value of its column, so other values, such as a text in a column of numbers, have none.
  const read = readDraft({ match: found.match, conditions }, columns);
  return 'filter' in read && isEqual(read.filter, filterOf(found, columns)) ? { match: found.match, conditions } : null;
}

/** How the user writes the empty text. A condition without an operand is left out. */
const EMPTY = '""';

/** Returns the filter that the user has written, or the conditions with their errors. */
export function readDraft(
  { match, conditions }: FilterDraft,
  columns: ReadonlyMap<string, Column>,
): { filter: Data } | { conditions: DraftCondition[] } {
  const read: Condition[] = [];
  let isValid = true;
  const checked = conditions.map((draft): DraftCondition => {
    const { path, operator, text } = draft;
    if (path === '' || (text.trim() === '' && operatorOf(operator).operand !== 'none')) return draft;
    try {
      read.push({ path, operator, value: valueOf(draft, columnAt(path, columns)) });
      return draft;
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      isValid = false;
      return { ...draft, error: error.message };
    }
  });
  return isValid ? { filter: filterOf({ match, conditions: read }, columns) } : { conditions: checked };
}

/** Returns the column of a path. A path without a column can have values of any type. */
export function columnAt(path: string, columns: ReadonlyMap<string, Column>): Column {
  const names = path.startsWith('$') ? [] : parsePath(path);
  return columns.get(path) ?? { path, names, label: path, type: 'any', isDeclared: false };
}

function valueOf({ operator, text }: DraftCondition, column: Column): unknown {
  switch (operatorOf(operator).operand) {
    case 'none':
      return undefined;
    case 'text':
      return text;
    case 'list':
      return parseList(text, column);
    default:
      return text === EMPTY && column.type !== 'json' ? '' : parseValue(text, column);
  }
}

function textOf({ operator, value }: Condition, column: Column): string {
  if (value === '' && column.type !== 'json') return EMPTY;
  if (Array.isArray(value) && operatorOf(operator).operand === 'list') return printList(value, column);
  return operatorOf(operator).operand === 'text' && typeof value === 'string' ? value : printFor(value, column);
}
