import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLObjectType,
  GraphQLSkipDirective,
  isUnionType,
  Kind,
} from 'graphql';
import type { FieldNode, FragmentDefinitionNode, GraphQLResolveInfo, GraphQLSchema, SelectionSetNode } from 'graphql';

/** The document and the variables that a selection belongs to. */
export interface SelectionContext {
  /** The public schema. */
  readonly schema: GraphQLSchema;
  readonly fragments: GraphQLResolveInfo['fragments'];
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Fields with the same response name, which are merged, by this name. */
export type SelectedFields = ReadonlyMap<string, readonly [FieldNode, ...FieldNode[]]>;

/** Returns what the selection sets of the given fields select of an object type, in the order of the response. */
export function selectedFields(
  type: GraphQLObjectType,
  parents: readonly Pick<FieldNode, 'selectionSet'>[],
  context: SelectionContext,
): SelectedFields {
  const collector = new FieldCollector(type, context);
  for (const { selectionSet } of parents) if (selectionSet) collector.collect(selectionSet);
  return collector.fields;
}

/** Collects fields as the section "Collect Fields" of the GraphQL specification says. */
class FieldCollector {
  readonly fields = new Map<string, [FieldNode, ...FieldNode[]]>();
  private readonly visited = new Set<FragmentDefinitionNode>();

  constructor(
    private readonly type: GraphQLObjectType,
    private readonly context: SelectionContext,
  ) {}

  collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (!this.isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) this.add(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) this.addFragment(selection);
      else this.addNamed(this.context.fragments[selection.name.value]);
    }
  }

  private add(node: FieldNode): void {
    const name = (node.alias ?? node.name).value;
    const nodes = this.fields.get(name);
    if (nodes) nodes.push(node);
    else this.fields.set(name, [node]);
  }

  private addNamed(fragment: FragmentDefinitionNode | undefined): void {
    if (!fragment || this.visited.has(fragment)) return;
    this.visited.add(fragment);
    this.addFragment(fragment);
  }

  private addFragment(
    fragment: Pick<FragmentDefinitionNode, 'selectionSet'> & { typeCondition?: TypeCondition },
  ): void {
    const condition = fragment.typeCondition?.name.value;
    if (condition === undefined || this.applies(condition)) this.collect(fragment.selectionSet);
  }

  private applies(condition: string): boolean {
    if (condition === this.type.name) return true;
    const type = this.context.schema.getType(condition);
    return isUnionType(type) && type.getTypes().some(({ name }) => name === this.type.name);
  }

  private isIncluded(node: Parameters<typeof getDirectiveValues>[1]): boolean {
    if (!node.directives?.length) return true;
    const { variables } = this.context;
    if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false;
  }
}

type TypeCondition = FragmentDefinitionNode['typeCondition'] | undefined;
