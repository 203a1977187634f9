import { isDeepStrictEqual } from 'node:util';

import { getArgumentValues, getNamedType, getVariableValues, isLeafType, isObjectType, Kind, parse } from 'graphql';
import type { FieldNode, GraphQLOutputType, GraphQLSchema, OperationDefinitionNode } from 'graphql';

import type { GraphqlSender } from './graphql-sender.js';
import type { GraphqlField } from './sdl-inputs.js';
import { toGenericFilter, toGenericSort } from './typed-filters.js';
import { collectionOf, INDEXES, KEYS, RELATIONS } from './typed-things.js';

const RECORD = '{ id version createdAt updatedAt collection data }';
const PAGE = `{ totalCount pageInfo { hasNextPage hasPreviousPage } edges { node ${RECORD} } }`;

/** Selects what a generic read returns too: the members that are scalars, and the document. */
export function typedSelection({ field: { type } }: Pick<GraphqlField, 'field'>): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  const { edges, record, groups } = named.getFields();
  if (groups) return ' { truncated groups { key { __typename } count ignored } }';
  if (record) return ` { cursor type record ${membersOf(record.type)} }`;
  const edge = edges && getNamedType(edges.type);
  const node = isObjectType(edge) ? edge.getFields()['node'] : undefined;
  return ` ${node ? PAGE.replace(RECORD, membersOf(node.type)) : membersOf(named)}`;
}

function membersOf(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  const fields = isObjectType(named) ? Object.values(named.getFields()) : [];
  const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)));
  return `{ ${leaves.map(({ name }) => name).join(' ')} }`;
}

/** Reads by generic fields what typed fields have read. */
export class TypedReads {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly sender: GraphqlSender,
  ) {}

  /**
   * Returns how the result of a typed query differs from that of the generic one; undefined if it does not. Aggregates
   * are compared by the rows of parity.
   */
  async differenceOf(of: GraphqlField, document: string, variables: string, data: any): Promise<string | undefined> {
    if (of.root.name.endsWith('Aggregate')) return undefined;
    const typed = of.root === of.field ? data[of.root.name] : data[of.root.name][of.field.name];
    const { name, args } = this.genericCall(of, document, variables);
    const selection = name === 'records' ? PAGE : RECORD;
    const declared = this.schema.getQueryType()?.getFields()[name]?.args ?? [];
    const used = declared.filter((argument) => args[argument.name] !== undefined);
    const query =
      `query(${used.map((one) => `$${one.name}: ${String(one.type)}`).join()}) ` +
      `{ read: ${name}(${used.map((one) => `${one.name}: $${one.name}`).join()}) ${selection} }`;
    const { code, data: read } = await this.sender.send('query', query, JSON.stringify(args));
    if (code !== undefined) return `the generic field fails with ${code} for ${JSON.stringify(args).slice(0, 200)}`;
    const { totalCount, pageInfo, edges = [{ node: read.read }] } = read.read;
    if (!isDeepStrictEqual(typed.pageInfo, pageInfo) || typed.totalCount !== totalCount) return 'other pages';
    const others = (typed.edges ?? [{ node: typed }]).flatMap(({ node }: any, index: number) =>
      differences(node, edges[index]?.node ?? { data: {} }),
    );
    return others.length > 0 ? `other values of ${others.join()}` : undefined;
  }

  private genericCall(
    of: GraphqlField,
    document: string,
    variables: string,
  ): { name: string; args: Record<string, unknown> } {
    const { root, field } = of;
    const collection = collectionOf(getNamedType(field.type).toString());
    const { where, orderBy, ...args } = this.argumentsOf(of, document, variables);
    const whereType = field.args.find(({ name }) => name === 'where')?.type;
    if (!whereType) {
      const index = Object.keys(INDEXES).find((name) => root.name.endsWith(`By${name}`));
      if (index === undefined) return { name: 'record', args: { collection, ...args } };
      const values = Object.values(args);
      return {
        name: 'recordBy',
        args: { collection, index: INDEXES[index], value: values.length > 1 ? values : values[0] },
      };
    }
    const filter = where == null ? undefined : toGenericFilter(where as object, whereType);
    const sort = orderBy == null ? undefined : toGenericSort(orderBy as object[]);
    if (root === field) return { name: 'records', args: { collection, filter, sort, ...args } };
    const related = RELATIONS[field.name]?.(this.parentId(document));
    if (!related) throw new Error(`Name in RELATIONS the filter of ${field.name}.`);
    return {
      name: 'records',
      args: { collection, filter: filter ? { _and: [filter, related] } : related, sort, ...args },
    };
  }

  /** Returns the arguments as graphql-js coerces them. */
  private argumentsOf({ root, field }: GraphqlField, document: string, variables: string): Record<string, unknown> {
    const { definition, calls } = callsOf(document);
    const { coerced = {} } = getVariableValues(
      this.schema,
      definition.variableDefinitions ?? [],
      JSON.parse(variables),
    );
    const call = calls[root === field ? 0 : 1];
    return call ? getArgumentValues(field, call, coerced) : {};
  }

  private parentId(document: string): string {
    const [parent] = callsOf(document).calls;
    const value = parent?.arguments?.[0]?.value;
    return value?.kind === Kind.STRING ? value.value : '';
  }
}

/** Returns the first field at each level of the selection. */
function callsOf(document: string): { definition: OperationDefinitionNode; calls: FieldNode[] } {
  const definition = parse(document).definitions[0] as OperationDefinitionNode; // the documents have nothing else
  const calls: FieldNode[] = [];
  for (let at: FieldNode | undefined = fieldIn(definition); at; at = fieldIn(at)) calls.push(at);
  return { definition, calls };
}

function fieldIn({ selectionSet }: OperationDefinitionNode | FieldNode): FieldNode | undefined {
  const [first] = selectionSet?.selections ?? [];
  return first?.kind === Kind.FIELD ? first : undefined;
}

/** Returns the names of the fields whose values are not those of the record. */
function differences(node: Record<string, unknown>, record: Record<string, any>): string[] {
  return Object.keys(node).filter((name) => {
    if (name.startsWith('_')) return !isDeepStrictEqual(node[name], record[name.slice(1)]);
    const key = KEYS.get(name) ?? name.replace(/_ids?$/, '');
    return !isDeepStrictEqual(node[name], record['data'][key] ?? null);
  });
}
