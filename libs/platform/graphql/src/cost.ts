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
import { defaultGroupsOf, fieldCostOf } from './field-cost.js';
import { VariableValues } from './variable-values.js';
import { fragmentOf } from './fragments.js';

/** Cost of a mutation, and of counting a whole list. Both are more work than an object in a response. */
const CHANGE = 10;
const COUNT = 10;

/** Assumed number of items of a list without a given size, and of a list in introspection. */
const UNSIZED = 10;
const UNSIZED_META = 5;

/** Maximum number of selections that an estimate visits. Fragments are visited wherever they are spread. */
const MAX_VISITS = 20_000;

/** Cost of an operation. If it is too complex to estimate, `exact` is false and the cost is at least `value`. */
export interface Cost {
  readonly value: number;
  readonly exact: boolean;
  /** Number of fields below the root fields that need a statement of their own. */
  readonly reads: number;
}

/** An operation that is about to run. Its document has been validated; its variables are as the client sent them. */
export interface ExecutableOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
}

/** Context of a selection: how many times it can occur in the response, and in what kind of object. */
interface SelectedField {
  readonly times: number;
  /** If the object is a page: its size, which is also the number of items in each of its lists. */
  readonly page?: number;
  readonly inEdge?: boolean;
  /**
   * How many more lists (if the object is a page) or nodes (if it is an edge) can be selected without a further cost,
   * because the cost of the page includes them. Another one, selected by an alias, costs extra.
   */
  readonly counted?: { left: number };
}

interface Selected {
  readonly definition: GraphQLField<unknown, unknown>;
  readonly nodes: FieldNode[];
}

/**
 * Computes the maximum size of an operation's response without running it. Each object and each JSON document counts 1.
 * A page counts the maximum number of its items, whichever of their fields are selected. Edges and page information are
 * free, and so are objects that are embedded in others. Fields are merged as in execution.
 */
export function costOfOperation(executable: ExecutableOperation, limits: HavenConfig['limits']): Cost {
  const known = fixedCosts.get(executable.operation);
  if (known?.limits === limits) return known.cost;
  const estimate = new Estimate(executable, limits);
  const cost = estimate.make();
  if (estimate.isFixed) fixedCosts.set(executable.operation, { limits, cost });
  return cost;
}

/** The costs of operations that do not depend on variables. An operation belongs to a document of one schema. */
const fixedCosts = new WeakMap<OperationDefinitionNode, { limits: HavenConfig['limits']; cost: Cost }>();

class Estimate {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly variables: VariableValues;
  private value = 0;
  private reads = 0;
  private visits = 0;

  constructor(
    private readonly executable: ExecutableOperation,
    private readonly limits: HavenConfig['limits'],
  ) {
    for (const definition of executable.document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    this.variables = new VariableValues(executable.operation, executable.variables);
  }

  /** Whether the cost that was made is the same for all variables. */
  get isFixed(): boolean {
    return !this.variables.hasReadVariables;
  }

  make(): Cost {
    const { schema, operation } = this.executable;
    const root = schema.getRootType(operation.operation);
    if (root) this.add([operation.selectionSet], root, { times: 1 });
    return {
      value: Math.min(this.value, Number.MAX_SAFE_INTEGER),
      exact: this.visits <= MAX_VISITS,
      reads: this.reads,
    };
  }

  private add(sets: readonly SelectionSetNode[], type: GraphQLCompositeType, place: SelectedField): void {
    const fields = new Map<string, Selected>();
    const seen = new Set<string>();
    for (const set of sets) this.collect(set.selections, type, fields, seen);
    for (const selected of fields.values()) this.addField(selected, place, type);
  }

  /** Collects the fields by their names in the response. Fields with the same name are merged. */
  private collect(
    selections: readonly SelectionNode[],
    type: GraphQLCompositeType,
    fields: Map<string, Selected>,
    seen: Set<string>,
  ): void {
    for (const selection of selections) {
      if (++this.visits > MAX_VISITS) return;
      if (!this.variables.includes(selection)) continue;
      if (selection.kind === Kind.FIELD) this.collectField(selection, type, fields);
      else {
        const fragment = fragmentOf(selection, (name) => this.fragments.get(name), seen);
        if (!fragment) continue;
        this.collect(fragment.selectionSet.selections, this.typeWithin(type, fragment.typeCondition), fields, seen);
      }
    }
  }

  /** Returns the type of a fragment's selections. In an interface or union, the fields of each possible type add up. */
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
    const cost = fieldCostOf(definition);
    if (cost === 'read') this.reads++;
    const size = this.sizeOf(definition, nodes, parent);
    this.value += times * (this.ownWeight(definition, parent, size) + this.expandedRecords(nodes, size));
    if (!isCompositeType(type)) {
      if (type.name === 'JSON' || type.name === 'JSONObject') this.value += times;
      return;
    }
    const isList = isListOf(definition.type);
    const inPage = isList && page !== undefined;
    const items = !isList ? 1 : (page ?? size ?? (type.name.startsWith('__') ? UNSIZED_META : UNSIZED));
    const isCounted = (inPage || (inEdge && definition.name === 'node')) && counted && counted.left-- > 0;
    if (!isCounted && type.name !== 'PageInfo' && cost !== 'embedded') this.value += times * items;
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    this.add(sets, type, {
      times: times * items,
      ...(!isList && size !== undefined && { page: size }),
      inEdge: inPage && definition.name === 'edges',
      counted: { left: 1 },
    });
  }

  /** Returns the number of paths that a field expands, for each of its records. A path can lead to several records. */
  private expandedRecords([node]: FieldNode[], size = 1): number {
    return node ? (this.variables.lengthOf(node, 'expand') ?? 0) * size : 0;
  }

  /** Returns the cost of a field in addition to that of the objects it returns. */
  private ownWeight(definition: Selected['definition'], parent: GraphQLCompositeType, size = 0): number {
    const { type, name } = definition;
    const page = isListOf(type) ? 0 : size;
    if (parent === this.executable.schema.getMutationType()) return CHANGE + page;
    if (fieldCostOf(definition) === 'groups') return COUNT + page;
    return name === 'totalCount' ? COUNT : page;
  }

  /**
   * Returns the number of items that an argument determines: the size of a page, up to the maximum page size, or the
   * length of the list in a batch mutation.
   */
  private sizeOf(
    definition: Selected['definition'],
    [node]: FieldNode[],
    parent: GraphQLCompositeType,
  ): number | undefined {
    if (!node) return undefined;
    const { args } = definition;
    const groups = defaultGroupsOf(definition);
    const isPage = groups === undefined;
    const maximum = isPage ? this.limits.pageSize : this.limits.aggregateGroups;
    const standard = isPage ? this.limits.pageSizeDefault : Math.min(groups, maximum);
    if (parent === this.executable.schema.getMutationType()) {
      const list = args.find(({ type }) => isListOf(type));
      return list && this.variables.lengthOf(node, list.name);
    }
    const sizes = args.filter(({ name }) => ['first', 'last', 'limit'].includes(name));
    if (sizes.length === 0) return undefined;
    const requested = sizes
      .map(({ name }) => this.variables.countOf(node, name))
      .filter((count) => count !== undefined);
    return requested.length === 0 ? standard : Math.min(Math.max(...requested), maximum);
  }
}
