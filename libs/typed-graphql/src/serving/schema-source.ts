import type { Caller } from '@haven/kernel';
import type { VisibleTypes } from '@haven/record-types';

import type { TypedSchema } from '../schema/typed-schema.js';

/** Knows the types that callers can use, and builds schemas from them. */
export abstract class SchemaSource {
  /** Returns the types that a caller can use, which may be a second old. */
  abstract typesOf(caller: Caller): Promise<VisibleTypes>;
  /** Returns the types that a caller can use at present. */
  abstract currentTypesOf(caller: Caller): Promise<VisibleTypes>;
  /** Builds a schema in short steps, so that other requests can run in between. */
  abstract build(types: VisibleTypes): Generator<undefined, TypedSchema>;
}
