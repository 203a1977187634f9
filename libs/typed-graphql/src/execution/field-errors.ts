import { GraphQLError } from 'graphql';
import type { FieldNode } from 'graphql';

import { HavenError, invalid } from '@haven/kernel';

import { pathOf, pointerOf } from './location.js';
import type { Location } from './location.js';

/** The most errors that one response lists. */
const MOST = 100;

/** Collects the errors of fields below the root. The value of each of these fields is null. */
export class FieldErrors {
  private readonly listed: GraphQLError[] = [];
  private others = 0;
  private lastOther: HavenError | undefined;

  /** All errors; those beyond the first hundred are counted in one. */
  get all(): readonly GraphQLError[] {
    if (!this.lastOther) return this.listed;
    const detail = `${this.others} more fields of this response have errors, which are not listed.`;
    const rest = new HavenError(this.lastOther.code, detail);
    return [...this.listed, new GraphQLError(detail, { originalError: rest })];
  }

  add(error: Error, location: Location, nodes: readonly FieldNode[]): void {
    if (this.listed.length < MOST) {
      this.listed.push(new GraphQLError(error.message, { nodes, path: pathOf(location), originalError: error }));
      return;
    }
    this.others++;
    if (error instanceof HavenError) this.lastOther = error;
    else this.lastOther ??= new HavenError('INTERNAL', error.message);
  }

  /** Adds the error that a stored value does not fit the type of its field. */
  addMismatch(expected: string, location: Location, nodes: readonly FieldNode[]): void {
    const detail = `The stored value is not ${expected}; \`_data\` has it as it is`;
    this.add(invalid('STORED_VALUE_MISMATCH', pointerOf(location), detail), location, nodes);
  }
}
