import type { FieldNode, GraphQLField } from 'graphql';

import type { ScalarName } from '@haven/record-types';
import type { RelatingMember } from '@haven/records';

import type { FieldSource } from '../field-source.js';
import type { MemberFinder } from './json-text.js';

/** A selected field of an object: what it is, and how it is written. */
export interface Planned<Source> {
  /** Name in the response. */
  readonly name: string;
  /** The text before the value: a brace or a comma, the name in quotes and a colon. */
  readonly label: string;
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
  readonly source: Source;
}

/** The same text in every object: `__typename`. */
interface ConstantPlan {
  readonly kind: 'constant';
  readonly text: string;
}

/** How a selection of an object in a document, or of a record, is written. */
export interface ObjectPlan {
  /** Finds the members that are read from the text, by numbers that it has given them. */
  readonly finder: MemberFinder;
  readonly fields: readonly Planned<FieldPlan>[];
}

export type FieldPlan =
  | ConstantPlan
  | { readonly kind: 'member'; readonly slot: number; readonly key: string; readonly value: ValuePlan }
  | Extract<FieldSource, { kind: 'system' | 'data' }>
  | ReferencePlan
  | ReferrersPlan;

/** The records whose ids a member holds. */
export interface ReferencePlan {
  readonly kind: 'reference';
  readonly slot: number;
  readonly key: string;
  readonly isList: boolean;
  readonly collection: string;
  readonly record: ObjectPlan;
}

/** The records that name a record. */
export interface ReferrersPlan {
  readonly kind: 'referrers';
  readonly member: RelatingMember;
  /** The field and its types, for the arguments, whose values may depend on variables. */
  readonly node: FieldNode;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly page: ConnectionPlan;
}

/** How a value of a document is checked and written. */
export type ValuePlan =
  | { readonly kind: 'scalar'; readonly scalar: ScalarName }
  | { readonly kind: 'list'; readonly of: ValuePlan }
  | { readonly kind: 'object'; readonly object: ObjectPlan }
  | UnionPlan;

export interface UnionPlan {
  readonly kind: 'union';
  /** Finds the member that holds the constant. */
  readonly discriminator: MemberFinder;
  /** By the constant. */
  readonly objects: ReadonlyMap<string, ObjectPlan>;
}

/** How a page of records is written. */
export interface ConnectionPlan {
  readonly fields: readonly Planned<
    | ConstantPlan
    | { readonly kind: 'edges'; readonly fields: readonly Planned<EdgePlan>[] }
    | { readonly kind: 'pageInfo'; readonly fields: readonly Planned<PropertyPlan>[] }
    | { readonly kind: 'totalCount' }
    | { readonly kind: 'truncated' }
  >[];
}

type EdgePlan = ConstantPlan | { readonly kind: 'node'; readonly record: ObjectPlan } | { readonly kind: 'cursor' };

/** How the groups of an aggregate are written. */
export interface AggregationPlan {
  readonly fields: readonly Planned<
    | ConstantPlan
    | { readonly kind: 'groups'; readonly fields: readonly Planned<GroupPartPlan>[] }
    | { readonly kind: 'truncated' }
  >[];
}

export type GroupPartPlan =
  | ConstantPlan
  | ColumnPlan
  | { readonly kind: 'ignored' }
  | { readonly kind: 'columns'; readonly fields: readonly Planned<ColumnPlan>[] };

/** A key or a value of a group, with its name in what the generic field returns. */
export type ColumnPlan =
  | ConstantPlan
  | {
      readonly kind: 'column';
      readonly from: 'key' | 'values';
      readonly name: string;
      readonly scalar: ScalarName;
    };

/** A value that is read by its name. */
export type PropertyPlan = ConstantPlan | { readonly kind: 'property'; readonly name: string };

/** How a change is written. */
export interface ChangePlan {
  readonly fields: readonly Planned<PropertyPlan | { readonly kind: 'record'; readonly record: ObjectPlan }>[];
}
