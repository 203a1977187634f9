import type { ReservedNames } from './reserved-names.js';
import type { CollectionNames } from './tenant-types.js';

const TYPE_SUFFIXES = ['', 'Connection', 'Edge', 'Where', 'OrderBy', 'Input', 'Patch', 'Change', 'ChangeWhere'];

const AGGREGATE_SUFFIXES = [
  'Aggregation',
  ...'Group GroupBy Field Values Counts Numbers Having Conditions OrderBy Order'
    .split(' ')
    .map((part) => `Aggregate${part}`),
];

/** The names that are taken, so that no two collections have a type or a root field with the same name. */
export class NameClaims {
  private readonly types: Set<string>;
  private readonly fields: Set<string>;

  constructor({ typeNames, rootFields }: ReservedNames) {
    this.types = new Set(typeNames);
    this.fields = new Set(rootFields);
  }

  /** Takes all names of a collection, or none. Returns the name that is taken already, or null. */
  claimCollection({ type, one, many }: CollectionNames): string | null {
    const types = TYPE_SUFFIXES.map((suffix) => type + suffix);
    const writes = ['create', 'replace', 'update', 'delete'].map((verb) => verb + type);
    const fields = [one, many, ...writes, `${one}Changes`];
    return this.claim(types, fields);
  }

  /** Takes the names of the root fields of a unique key, or none. Returns the name that is taken already, or null. */
  claimKey({ type, one }: CollectionNames, suffix: string): string | null {
    return this.claim([], [`${one}By${suffix}`, `upsert${type}By${suffix}`]);
  }

  /** Takes the names of the field that groups records, or none. Returns the name that is taken already, or null. */
  claimAggregate({ type, many }: CollectionNames): string | null {
    return this.claim(
      AGGREGATE_SUFFIXES.map((suffix) => type + suffix),
      [`${many}Aggregate`],
    );
  }

  private claim(types: readonly string[], fields: readonly string[]): string | null {
    const isTwice = (name: string, index: number) => fields.indexOf(name) !== index; // `many` can be `createMovie`
    const taken =
      types.find((name) => this.types.has(name)) ??
      fields.find((name, index) => this.fields.has(name) || isTwice(name, index));
    if (taken !== undefined) return taken;
    for (const name of types) this.types.add(name);
    for (const name of fields) this.fields.add(name);
    return null;
  }
}
