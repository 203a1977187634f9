import type { Access, Scope } from '@haven/kernel';

import type { Operation } from './openapi-document.js';
import { listOf, textOf } from './read-json.js';

const SEES_COLLECTIONS: readonly Scope[] = ['records:read', 'records:write', 'collections:write'];

/** Scopes of which a caller needs one for the operations with a tag, if no operation of its own is listed below. */
const BY_TAG: Readonly<Record<string, readonly Scope[]>> = {
  collections: ['collections:write'],
  records: ['records:write'],
  changes: ['changes:read'],
  audit: ['changes:read'],
  webhooks: ['webhooks:write'],
  'api-keys': ['keys:write', 'operator'],
  tenants: ['operator'],
  stats: ['stats:read'],
  usage: [...SEES_COLLECTIONS, 'operator'],
};

const READS: readonly Scope[] = ['records:read'];

const BY_OPERATION: Readonly<Record<string, readonly Scope[]>> = {
  collections: SEES_COLLECTIONS,
  collection: SEES_COLLECTIONS,
  record: READS,
  records: READS,
  recordBy: READS,
  queryRecords: READS,
  aggregate: READS,
  exportRecords: READS,
  exportMatchingRecords: READS,
  recordHistory: READS,
  recordVersion: READS,
  eraseRecord: ['history:erase'],
};

/** Operations that show which records match, and change them: the caller needs every one of these scopes. */
const NEEDS_BOTH: ReadonlySet<string> = new Set(['updateRecords', 'deleteRecords']);

/** Whether a caller may use an operation; if it belongs to a collection, for this collection. */
export function mayUse(operation: Operation, { scopes, collections }: Access, collection?: string): boolean {
  const { operationId, tags } = operation;
  if (collection !== undefined && collections && !collections.has(collection)) return false;
  if (NEEDS_BOTH.has(operationId)) return scopes.has('records:read') && scopes.has('records:write');
  const needed = BY_OPERATION[operationId] ?? BY_TAG[textOf(listOf(tags)[0])];
  return needed === undefined || needed.some((scope) => scopes.has(scope));
}
