import { invalid } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';
import type { AggregateFunction } from '@haven/query';

/** A computed value of a group. */
export interface ColumnSource {
  readonly function: AggregateFunction;
  /** The field of which it is computed; without it, records are counted. */
  readonly field?: NamedField;
  readonly fraction?: number;
}

/** A field of an aggregate: its name in GraphQL, and its path as the generic field takes it. */
export interface NamedField {
  readonly name: string;
  readonly path: string;
}

interface Column extends ColumnSource {
  readonly name: string;
  /** Where it is used first: a JSON Pointer into the arguments, or into the response. */
  readonly pointer: string;
}

/** Names of columns have at most this many characters, with a number that makes them different. */
const LONGEST = 60;

/**
 * The columns of one aggregate, with names for the generic field: the keys of its groups, and the values that are
 * selected, or by which groups are filtered or sorted. A value that is used several times is computed once.
 */
export class AggregateColumns {
  private readonly columns = new Map<string, Column>();
  private readonly keys = new Map<string, { readonly name: string; readonly field: NamedField }>();
  private readonly names = new Set<string>();

  /** Adds a field by which records are grouped. Returns its name. */
  addKey(field: NamedField): string {
    const name = this.nameFor(`key_${field.name}`);
    this.keys.set(field.path, { name, field });
    return name;
  }

  /** Returns the name of a field by which records are grouped. Throws if they are not grouped by it. */
  keyOf(field: NamedField, pointer: string): string {
    const key = this.keys.get(field.path);
    if (key) return key.name;
    throw invalid(
      'AGGREGATE_INVALID',
      pointer,
      `\`groupBy\` does not name \`${field.name}\`, so groups have no such key`,
    );
  }

  /** Adds a value, used at a place. Returns its name. */
  add(source: ColumnSource, pointer: string): string {
    const { function: fn, field, fraction } = source;
    const id = JSON.stringify([fn, field?.path, fraction]);
    const column = this.columns.get(id) ?? {
      ...source,
      pointer,
      name: this.nameFor(field ? `${fn}_${field.name}` : fn),
    };
    this.columns.set(id, column);
    return column.name;
  }

  /** Returns the name of the only percentile of a field. Throws if there is none, or several. */
  percentileOf({ name, path }: NamedField, pointer: string): string {
    const found = [...this.columns.values()].filter(
      (column) => column.function === 'percentile' && column.field?.path === path,
    );
    const [column, second] = found;
    if (column && !second) return column.name;
    throw invalid(
      'AGGREGATE_INVALID',
      pointer,
      `the selection must have exactly one \`percentile\` of \`${name}\`; it has ${found.length}`,
    );
  }

  /** The argument of the generic field. Something has to be computed if records are not grouped. */
  get compute(): JsonObject {
    if (this.columns.size === 0 && this.keys.size === 0) return { count: 'count' };
    return Object.fromEntries([...this.columns.values()].map((column) => [column.name, computation(column)]));
  }

  /** Returns where a column is used first. */
  pointerOf(name: string): string | undefined {
    return this.named(name)?.pointer;
  }

  /** Returns the function and the field of a column, as `having` names them. */
  placeOf(name: string): string[] | undefined {
    const column = this.named(name);
    return column && [column.function, ...(column.field ? [column.field.name] : [])];
  }

  /** Returns what was ignored, by functions and fields: `{"sum.price": 2, "key.released": 1}`. */
  labelled(ignored: JsonObject): JsonObject {
    const labels = new Map<string, string>();
    for (const { name, field } of this.keys.values()) labels.set(name, `key.${field.name}`);
    for (const { name, function: fn, field } of this.columns.values()) labels.set(name, `${fn}.${field?.name ?? ''}`);
    return Object.fromEntries(Object.entries(ignored).map(([name, count]) => [labels.get(name) ?? name, count]));
  }

  private named(name: string): Column | undefined {
    return [...this.columns.values()].find((column) => column.name === name);
  }

  private nameFor(text: string): string {
    const base = text.slice(0, LONGEST);
    let name = base;
    for (let count = 2; this.names.has(name); count++) name = `${base}${count}`;
    this.names.add(name);
    return name;
  }
}

function computation({ function: fn, field, fraction }: ColumnSource): JsonObject | string {
  if (!field) return fn;
  return { [fn]: fraction === undefined ? field.path : [field.path, fraction] };
}
