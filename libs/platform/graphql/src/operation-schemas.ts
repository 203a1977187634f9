import type { Caller } from '@haven/kernel';

import type { SchemaServer } from './schema-server.js';

/**
 * Chooses the schema for operations that the generic schema alone cannot run: those that select root fields which it
 * does not have, and introspection.
 */
export abstract class OperationSchemas {
  /**
   * Returns the server of the caller's schema, which runs until its `release` is called, once for each call; null if
   * the caller has no schema but the generic one.
   *
   * @param fields names of the selected root fields that the generic schema does not have. If the caller's schema does
   *   not have them either, the schema is created again from the current collections.
   */
  abstract acquire(caller: Caller, fields: readonly string[]): Promise<SchemaServer | null>;
}
