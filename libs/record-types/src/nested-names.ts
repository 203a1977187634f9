import { pascalCase } from './graphql-names.js';

/** Suffixes of the names of a nested type and of its inputs. */
const SUFFIXES = ['', 'Input', 'Patch', 'Where', 'OrderBy'];

/**
 * Names of the types inside a record, such as `Movie_Address`. Only they contain an underscore, so they are different
 * from the names of all collections.
 */
export class NestedNames {
  private readonly taken = new Set<string>();
  private readonly counts = new Map<string, number>();

  constructor(private readonly recordType: string) {}

  /** Returns a name that no other type of the record has: that of the hint, with a number if it is taken. */
  claim(hint: string): string {
    const base = `${this.recordType}_${pascalCase(hint) || 'Type'}`;
    for (let count = (this.counts.get(base) ?? 0) + 1; ; count++) {
      const name = count === 1 ? base : `${base}${count}`;
      if (SUFFIXES.some((suffix) => this.taken.has(name + suffix))) continue;
      this.counts.set(base, count);
      for (const suffix of SUFFIXES) this.taken.add(name + suffix);
      return name;
    }
  }
}
