import { indexName, printMember } from '@haven/query';
import type { IndexDefinition, IndexMember, SystemField, ValueType } from '@haven/query';

/** A member of an index as it is stored; what is absent has its default. */
export interface StoredMember {
  readonly path?: readonly string[];
  readonly system?: SystemField;
  readonly descending?: true;
  readonly as?: ValueType;
}

/** An index that a collection is to have: what clients can set. */
export interface IndexDeclaration {
  readonly unique?: true;
  readonly members: readonly StoredMember[];
}

/** A declared index as it is stored. */
export interface DeclaredIndex extends IndexDeclaration {
  /** Identifies the entries of the index. Never reused; 0 until the index is stored. */
  readonly id: number;
  /** Queries use an index once it is `ready`. Writers maintain it unless it `failed`. */
  readonly state: 'building' | 'ready' | 'failed';
  /** Why the index was not built; only in the state `failed`. */
  readonly problem?: string;
  /** Set if no client declared the index: it finds the records that refer to others, and goes with the reference. */
  readonly reference?: true;
}

/** An index as a process of the previous release reads and writes it. */
export interface LegacyIndex {
  readonly path: string;
  readonly state: DeclaredIndex['state'];
  readonly problem?: string;
}

/** Returns the definition that readers and writers of records use. */
export function definitionOf({ id, members, unique }: DeclaredIndex): IndexDefinition {
  return { id, unique: unique === true, members: members.map(memberOf) };
}

/** Returns the part of an index that clients can set. */
export function declarationOf({ unique, members }: IndexDeclaration): IndexDeclaration {
  return { ...(unique && { unique }), members };
}

/** Returns the name of a stored index. */
export function indexNameOf({ members }: IndexDeclaration): string {
  return indexName({ members: members.map(memberOf) });
}

/**
 * Returns the indexes that a process of the previous release knows: those on one path, ascending, whose values are
 * compared as they are.
 */
export function legacyIndexes(indexes: readonly DeclaredIndex[]): LegacyIndex[] {
  const plain = indexes.filter(isPlain);
  return plain.map((index) => {
    const { state, problem } = index;
    return { path: indexNameOf(index), state, ...(problem !== undefined && { problem }) };
  });
}

/** A member as clients see it: its path, or an object if its type differs from that of the index. */
export type IndexPath = string | { path: string; type?: 'dateTime' | null; caseless?: boolean };

/** How clients see the declaration of an index. */
export interface IndexDescription {
  path: string;
  paths: IndexPath[];
  unique: boolean;
  caseless: boolean;
  type: 'dateTime' | null;
}

/** Describes an index in the one form that reads return and requests can send back. */
export function describeIndex(index: IndexDeclaration): IndexDescription {
  const [first, ...others] = new Set(index.members.filter(({ system }) => system === undefined).map(({ as }) => as));
  const shared = others.length === 0 ? first : undefined;
  return {
    path: indexNameOf(index),
    paths: index.members.map((member) => describeMember(member, shared)),
    unique: index.unique === true,
    caseless: shared === 'caseless',
    type: shared === 'dateTime' ? shared : null,
  };
}

function describeMember(member: StoredMember, shared: ValueType | undefined): IndexPath {
  const path = printMember(memberOf(member));
  if (member.system !== undefined || member.as === shared) return path;
  return member.as === 'caseless' ? { path, caseless: true } : { path, type: 'dateTime' };
}

/** Whether the index has one member, in ascending order, whose values are compared as they are. */
export function isPlain({ members: [first, second], unique }: IndexDeclaration): boolean {
  return !unique && second === undefined && first?.descending === undefined && first?.as === undefined;
}

function memberOf({ path = [], system, descending, as }: StoredMember): IndexMember {
  const direction = descending ? 'descending' : 'ascending';
  return { field: system ? { system } : { path }, direction, ...(as && { as }) };
}
