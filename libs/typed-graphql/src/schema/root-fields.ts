import type { VisibleCollection } from '@haven/record-types';

import type { OutputTypes } from './output-types.js';
import { rootMutations } from './root-mutations.js';
import { rootQueries, rootSubscription } from './root-queries.js';
import type { SharedTypes } from './shared-types.js';
import type { TypedRootField } from './typed-root-field.js';

/** Returns the root fields of a collection for which the caller has the scopes. */
export function rootFields(
  { types, canRead, canWrite, canFollow }: VisibleCollection,
  output: OutputTypes,
  shared: SharedTypes,
): TypedRootField[] {
  const parts = { types, output, shared };
  return [
    ...(canRead ? rootQueries(parts) : []),
    ...(canWrite ? rootMutations(parts) : []),
    ...(canFollow ? [rootSubscription(parts)] : []),
  ];
}
