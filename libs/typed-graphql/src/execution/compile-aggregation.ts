import { getArgumentValues, getNamedType } from 'graphql';
import type { FieldNode, GraphQLField, GraphQLNamedType } from 'graphql';

import type { SelectionContext } from '@haven/graphql';
import { pointerTo } from '@haven/kernel';
import type { AggregateFunction } from '@haven/query';

import { namedField } from '../arguments/aggregate.js';
import type { AggregateColumns, NamedField } from '../arguments/aggregate-columns.js';
import type { FieldSource } from '../field-source.js';
import { planFields } from './compile-plan.js';
import type { Nodes } from './compile-plan.js';
import type { AggregationPlan, ColumnPlan, GroupPartPlan, Planned } from './plan.js';

/**
 * Compiles the selection of an aggregate, and adds what it selects to the columns. Plans are not kept, because their
 * columns depend on the values of arguments.
 */
export class AggregationCompiler {
  constructor(
    private readonly context: SelectionContext,
    private readonly columns: AggregateColumns,
  ) {}

  aggregation(type: GraphQLNamedType, parents: readonly FieldNode[]): AggregationPlan {
    const fields = planFields(
      this.context,
      type,
      parents,
      (field, nodes): AggregationPlan['fields'][number]['source'] =>
        field.name === 'groups'
          ? { kind: 'groups', fields: this.group(getNamedType(field.type), nodes) }
          : { kind: 'truncated' },
    );
    return { fields };
  }

  private group(type: GraphQLNamedType, parents: Nodes): Planned<GroupPartPlan>[] {
    const pointer = pointerTo('', responseName(parents));
    return planFields(this.context, type, parents, (field, nodes) =>
      this.part(field, nodes, pointerTo(pointer, responseName(nodes))),
    );
  }

  private part(field: GraphQLField<unknown, unknown>, nodes: Nodes, pointer: string): GroupPartPlan {
    if (field.name === 'ignored') return { kind: 'ignored' };
    const { of, p } = getArgumentValues(field, nodes[0], this.context.variables);
    if (field.name === 'count') return this.count(field, of, pointer);
    const type = getNamedType(field.type);
    const fraction = p === undefined ? {} : { fraction: Number(p) };
    const fields = planFields(this.context, type, nodes, (column, { 0: node }): ColumnPlan => {
      const { path, scalar } = columnSource(column);
      const named = { name: column.name, path };
      if (field.name === 'key') return { kind: 'column', from: 'key', name: this.key(named), scalar };
      const name = this.columns.add(
        { function: field.name as AggregateFunction, field: named, ...fraction }, // all others are functions
        pointerTo(pointer, responseName([node])),
      );
      return { kind: 'column', from: 'values', name, scalar };
    });
    return { kind: 'columns', fields };
  }

  private count({ args }: GraphQLField<unknown, unknown>, of: unknown, pointer: string): ColumnPlan {
    const [argument] = args;
    const field = of == null || !argument ? undefined : namedField(of, argument.type);
    const name = this.columns.add({ function: 'count', ...(field && { field }) }, pointer);
    return { kind: 'column', from: 'values', name, scalar: 'Int' };
  }

  private key(field: NamedField): string {
    return this.columns.keyOf(field, '/groupBy');
  }
}

function columnSource({ name, extensions }: GraphQLField<unknown, unknown>): Extract<FieldSource, { kind: 'column' }> {
  const source = extensions['haven'] as FieldSource | undefined; // the schema builder stored it
  if (source?.kind !== 'column') throw new Error(`${name} is no column of an aggregate.`);
  return source;
}

function responseName([node]: readonly [FieldNode, ...FieldNode[]]): string {
  return (node.alias ?? node.name).value;
}
