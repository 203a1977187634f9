import { getNamedType, isCompositeType, isObjectType, Kind } from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLField,
  GraphQLSchema,
  NamedTypeNode,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';

import type { HavenConfig } from '@haven/config';

import { definitionOf, isListOf } from './field-definition.js';
import { VariableValues } from './variable-values.js';
import { fragmentOf } from './fragments.js';

/** A change, and the counting of a whole list, are more work than an object of an answer. */
const CHANGE = 10;
const COUNT = 10;

/** Items a list has that nobody gives a size to, and those of introspection. */
const UNSIZED = 10;
const UNSIZED_META = 5;

/** Selections that are looked at, fragments again wherever they are spread; what needs more is not worth an estimate. */
const LOOKS = 20_000;

/** What an operation costs; `exact` unless it is so convoluted that the estimate was given up: then it is that or more. */
export interface Cost {
  readonly value: number;
  readonly exact: boolean;
}

/** An operation that is about to run: the document is valid, the variables are as they came. */
export interface ExecutableOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
}

/** Where a selection stands: how often it is answered at most, and in what. */
interface SelectedField {
  readonly times: number;
  /** In a page: its size, which its lists have. */
  readonly page?: number;
  readonly inEdge?: boolean;
  /** Of a page one list is counted already, of an edge one node; what an alias repeats is not. */
  readonly counted?: { left: number };
}

interface Selected {
  readonly definition: GraphQLField<unknown, unknown>;
  readonly nodes: FieldNode[];
}

/**
 * The most that an operation's answer may hold, without running it: each object and each JSON document counts 1, a page the
 * items it may have, whatever is selected of them; edges and page information are free. Fields are merged as execution does.
 */
export function costOfOperation(executable: ExecutableOperation, limits: HavenConfig['limits']): Cost {
  return new Estimate(executable, limits).make();
}

class Estimate {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly variables: VariableValues;
  private value = 0;
  private looks = 0;

  constructor(
    private readonly executable: ExecutableOperation,
    private readonly limits: HavenConfig['limits'],
  ) {
    for (const definition of executable.document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    this.variables = new VariableValues(executable.operation, executable.variables);
  }

  make(): Cost {
    const { schema, operation } = this.executable;
    const root = schema.getRootType(operation.operation);
    if (root) this.add([operation.selectionSet], root, { times: 1 });
    return { value: Math.min(this.value, Number.MAX_SAFE_INTEGER), exact: this.looks <= LOOKS };
  }

  private add(sets: readonly SelectionSetNode[], type: GraphQLCompositeType, place: SelectedField): void {
    const fields = new Map<string, Selected>();
    const seen = new Set<string>();
    for (const set of sets) this.collect(set.selections, type, fields, seen);
    for (const selected of fields.values()) this.addField(selected, place, type);
  }

  /** The fields under their names in the answer; those under one name are one field. */
  private collect(
    selections: readonly SelectionNode[],
    type: GraphQLCompositeType,
    fields: Map<string, Selected>,
    seen: Set<string>,
  ): void {
    for (const selection of selections) {
      if (++this.looks > LOOKS) return;
      if (!this.variables.includes(selection)) continue;
      if (selection.kind === Kind.FIELD) this.collectField(selection, type, fields);
      else {
        const fragment = fragmentOf(selection, (name) => this.fragments.get(name), seen);
        if (!fragment) continue;
        this.collect(fragment.selectionSet.selections, this.typeWithin(type, fragment.typeCondition), fields, seen);
      }
    }
  }

  /** An object is what it is in each of its fragments; of what may be several types, each adds what it selects. */
  private typeWithin(type: GraphQLCompositeType, condition: NamedTypeNode | undefined): GraphQLCompositeType {
    const narrower =
      condition && !isObjectType(type) ? this.executable.schema.getType(condition.name.value) : undefined;
    return isCompositeType(narrower) ? narrower : type;
  }

  private collectField(node: FieldNode, type: GraphQLCompositeType, fields: Map<string, Selected>): void {
    const key = `${type.name}.${(node.alias ?? node.name).value}`;
    const known = fields.get(key);
    const definition = known?.definition ?? definitionOf(type, node.name.value);
    if (known) known.nodes.push(node);
    else if (definition) fields.set(key, { definition, nodes: [node] });
  }

  private addField({ definition, nodes }: Selected, place: SelectedField, parent: GraphQLCompositeType): void {
    const { times, page, inEdge, counted } = place;
    const type = getNamedType(definition.type);
    const size = this.sizeOf(definition, nodes, parent);
    this.value += times * this.ownWeight(definition, parent, size);
    if (!isCompositeType(type)) {
      if (type.name === 'JSON' || type.name === 'JSONObject') this.value += times;
      return;
    }
    const isList = isListOf(definition.type);
    const inPage = isList && page !== undefined;
    const items = !isList ? 1 : (page ?? size ?? (type.name.startsWith('__') ? UNSIZED_META : UNSIZED));
    const isCounted = (inPage || (inEdge && definition.name === 'node')) && counted && counted.left-- > 0;
    if (!isCounted && type.name !== 'PageInfo') this.value += times * items;
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    this.add(sets, type, {
      times: times * items,
      ...(!isList && size !== undefined && { page: size }),
      inEdge: inPage && definition.name === 'edges',
      counted: { left: 1 },
    });
  }

  /** What a field costs besides the object that it answers. */
  private ownWeight({ type, name }: Selected['definition'], parent: GraphQLCompositeType, size = 0): number {
    const page = isListOf(type) ? 0 : size;
    if (parent === this.executable.schema.getMutationType()) return CHANGE + page;
    return name === 'totalCount' ? COUNT : page;
  }

  /** The items that an argument says there will be: a page's, at most as many as a page may have, or a change's. */
  private sizeOf(
    { args }: Selected['definition'],
    [node]: FieldNode[],
    parent: GraphQLCompositeType,
  ): number | undefined {
    if (!node) return undefined;
    const { pageSize, pageSizeDefault } = this.limits;
    if (parent === this.executable.schema.getMutationType()) {
      const list = args.find(({ type }) => isListOf(type));
      return list && this.variables.lengthOf(node, list.name);
    }
    const sizes = args.filter(({ name }) => ['first', 'last', 'limit'].includes(name));
    if (sizes.length === 0) return undefined;
    const asked = sizes.map(({ name }) => this.variables.countOf(node, name)).filter((count) => count !== undefined);
    return asked.length === 0 ? pageSizeDefault : Math.min(Math.max(...asked), pageSize);
  }
}
