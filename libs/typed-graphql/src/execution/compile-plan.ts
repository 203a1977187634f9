import { getNamedType, GraphQLObjectType, isObjectType, isUnionType } from 'graphql';
import type { FieldNode, GraphQLField, GraphQLNamedType } from 'graphql';

import { selectedFields } from '@haven/graphql';
import type { SelectionContext } from '@haven/graphql';
import type { ScalarType, ValueType } from '@haven/record-types';

import type { FieldSource } from '../field-source.js';
import { MemberFinder } from './json-text.js';
import type { ChangePlan, ConnectionPlan, FieldPlan, ObjectPlan, Planned, UnionPlan, ValuePlan } from './plan.js';

export type Nodes = readonly [FieldNode, ...FieldNode[]];

/** Compiles selection sets to plans. Types are those of the public schema. */
export class PlanCompiler {
  constructor(private readonly context: SelectionContext) {}

  /** Compiles the selection of a record, or of an object in its document. */
  object(type: GraphQLNamedType, parents: readonly FieldNode[]): ObjectPlan {
    const finder = new MemberFinder();
    const fields = this.fields(type, parents, (field, nodes) => this.field(field, nodes, finder));
    return { finder, fields };
  }

  connection(type: GraphQLNamedType, parents: readonly FieldNode[]): ConnectionPlan {
    const fields = this.fields(type, parents, (field, nodes): ConnectionPlan['fields'][number]['source'] => {
      const child = getNamedType(field.type);
      if (field.name === 'edges') return { kind: 'edges', fields: this.edge(child, nodes) };
      if (field.name === 'pageInfo') return { kind: 'pageInfo', fields: this.fields(child, nodes, propertyOf) };
      return { kind: field.name === 'truncated' ? 'truncated' : 'totalCount' };
    });
    return { fields };
  }

  change(type: GraphQLNamedType, parents: readonly FieldNode[]): ChangePlan {
    const fields = this.fields(type, parents, (field, nodes): ChangePlan['fields'][number]['source'] =>
      field.name === 'record'
        ? { kind: 'record', record: this.object(getNamedType(field.type), nodes) }
        : propertyOf(field),
    );
    return { fields };
  }

  private edge(type: GraphQLNamedType, parents: Nodes) {
    return this.fields(type, parents, (field, nodes) =>
      field.name === 'node'
        ? ({ kind: 'node', record: this.object(getNamedType(field.type), nodes) } as const)
        : ({ kind: 'cursor' } as const),
    );
  }

  private fields<Source>(
    type: GraphQLNamedType,
    parents: readonly FieldNode[],
    plan: (field: GraphQLField<unknown, unknown>, nodes: Nodes) => Source,
  ): Planned<Source | Typename>[] {
    return planFields(this.context, type, parents, plan);
  }

  private field(field: GraphQLField<unknown, unknown>, nodes: Nodes, finder: MemberFinder): FieldPlan {
    const source = field.extensions['haven'] as FieldSource; // every field of a typed object has one
    const type = getNamedType(field.type);
    switch (source.kind) {
      case 'member':
        return { ...inSlot(source, finder), kind: 'member', value: this.value(source.type, type, nodes) };
      case 'referenceId':
        return { ...inSlot(source, finder), kind: 'member', value: idPlan(source.type, source.isList) };
      case 'reference': {
        const { kind, isList, collection } = source;
        return { ...inSlot(source, finder), kind, isList, collection, record: this.object(type, nodes) };
      }
      case 'referrers':
        return {
          kind: source.kind,
          member: source,
          node: nodes[0],
          definition: field,
          page: this.connection(type, nodes),
        };
      case 'property':
      case 'groupPart':
      case 'column':
        throw new Error(`${field.name} is not a field of a typed object.`);
      default:
        return source;
    }
  }

  private value(value: ValueType, type: GraphQLNamedType, nodes: Nodes): ValuePlan {
    switch (value.kind) {
      case 'scalar':
        return { kind: 'scalar', scalar: value.scalar };
      case 'list':
        return { kind: 'list', of: this.value(value.of, type, nodes) };
      case 'object':
        return { kind: 'object', object: this.object(type, nodes) };
      case 'union':
        return this.union(value, type, nodes);
    }
  }

  private union({ discriminator, types }: Extract<ValueType, { kind: 'union' }>, type: GraphQLNamedType, nodes: Nodes) {
    const members = new Map(isUnionType(type) ? type.getTypes().map((member) => [member.name, member]) : []);
    const objects = new Map<string, ObjectPlan>();
    for (const [constant, { name }] of types) {
      const member = members.get(name);
      if (member) objects.set(constant, this.object(member, nodes));
    }
    const finder = new MemberFinder();
    finder.want(discriminator);
    return { kind: 'union', discriminator: finder, objects } satisfies UnionPlan;
  }
}

/** Plans the selected fields of an object. `__typename` is the same for all kinds of objects. */
export function planFields<Source>(
  context: SelectionContext,
  type: GraphQLNamedType,
  parents: readonly FieldNode[],
  plan: (field: GraphQLField<unknown, unknown>, nodes: Nodes) => Source,
): Planned<Source | Typename>[] {
  if (!isObjectType(type)) throw new Error(`${type.name} has no fields.`);
  const planned: Planned<Source | Typename>[] = [];
  for (const [name, nodes] of selectedFields(type, parents, context)) {
    const field = type.getFields()[nodes[0].name.value];
    const source = field ? plan(field, nodes) : typename(type);
    planned.push({ name, label: `${planned.length === 0 ? '{' : ','}"${name}":`, nodes, source });
  }
  return planned;
}

type Typename = { readonly kind: 'constant'; readonly text: string };

function typename({ name }: GraphQLObjectType): Typename {
  return { kind: 'constant', text: JSON.stringify(name) };
}

function propertyOf({ name }: { name: string }) {
  return { kind: 'property', name } as const;
}

/** Adds the number by which the finder knows the member that a field reads. */
function inSlot({ key }: { key: string }, finder: MemberFinder): { key: string; slot: number } {
  return { key, slot: finder.want(key) };
}

function idPlan({ scalar }: ScalarType, isList: boolean): ValuePlan {
  const id = { kind: 'scalar', scalar } as const;
  return isList ? { kind: 'list', of: id } : id;
}
