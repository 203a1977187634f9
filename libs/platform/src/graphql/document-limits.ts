import { GraphQLError, Kind, NoSchemaIntrospectionCustomRule } from 'graphql';
import type { ASTVisitor, FragmentDefinitionNode, SelectionSetNode, ValidationContext, ValidationRule } from 'graphql';

import type { HavenConfig } from '../config/index.js';

/**
 * What a document must satisfy besides GraphQL's own rules, before anything runs: it neither nests nor repeats too much, where
 * introspection is as deep as its tools need.
 */
export function documentRules({ limits, graphql }: HavenConfig): ValidationRule[] {
  const rules = [depthRule(limits.graphqlDepth), aliasRule(limits.graphqlAliases)];
  return graphql.introspection ? rules : [...rules, NoSchemaIntrospectionCustomRule];
}

function depthRule(limit: number): ValidationRule {
  return (context) => ({
    OperationDefinition(operation) {
      const depth = depthOf(operation.selectionSet, context, new Map());
      if (depth > limit) context.reportError(refused('depth', depth, 'limits.graphqlDepth', limit));
    },
  });
}

function aliasRule(limit: number): ValidationRule {
  return (context): ASTVisitor => {
    let aliases = 0;
    return {
      Field(field) {
        if (field.alias && ++aliases === limit + 1)
          context.reportError(refused('aliases', aliases, 'limits.graphqlAliases', limit));
      },
    };
  };
}

/** Each fragment is measured once, so that a document costs what it is long. */
function depthOf(
  set: SelectionSetNode,
  context: ValidationContext,
  known: Map<FragmentDefinitionNode, number>,
): number {
  let deepest = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      deepest = Math.max(deepest, fragmentDepth(context.getFragment(selection.name.value), context, known));
    } else if (selection.selectionSet && !(selection.kind === Kind.FIELD && selection.name.value.startsWith('__'))) {
      const inner = depthOf(selection.selectionSet, context, known);
      deepest = Math.max(deepest, inner + (selection.kind === Kind.FIELD ? 1 : 0));
    }
  }
  return deepest;
}

function fragmentDepth(
  fragment: FragmentDefinitionNode | null | undefined,
  context: ValidationContext,
  known: Map<FragmentDefinitionNode, number>,
): number {
  if (!fragment) return 0;
  const before = known.get(fragment);
  if (before !== undefined) return before;
  known.set(fragment, 0); // a cycle is another rule's to report
  const depth = depthOf(fragment.selectionSet, context, known);
  known.set(fragment, depth);
  return depth;
}

function refused(what: string, value: number, name: string, limit: number): GraphQLError {
  return new GraphQLError(`The document's ${what} of ${value} passes the limit of ${limit} (${name}).`);
}
