import { Kind, NoSchemaIntrospectionCustomRule } from 'graphql';
import type {
  ASTVisitor,
  DirectiveNode,
  FragmentDefinitionNode,
  SelectionSetNode,
  ValidationContext,
  ValidationRule,
} from 'graphql';

import { graphqlErrorFrom } from '@haven/api';
import type { HavenConfig } from '@haven/config';

import { literalRule } from './literal-rule.js';
import { graphqlLimitExceeded } from './graphql-limit.js';
import { fragmentOf } from './fragments.js';

/**
 * Returns validation rules in addition to GraphQL's own, which limit nesting and repetition, and refuse text that
 * cannot be stored, before anything runs. The depth of introspection is not limited, because tools need deep queries.
 * The cost is not limited here, because it depends on the variables.
 */
export function documentRules({ limits, graphql }: HavenConfig): ValidationRule[] {
  const rules = [
    depthRule(limits.graphqlDepth),
    aliasRule(limits.graphqlAliases),
    rootFieldRule(limits.graphqlRootFields),
    directiveRule(limits.graphqlDirectives),
    literalRule,
  ];
  return graphql.introspection ? rules : [...rules, NoSchemaIntrospectionCustomRule];
}

function depthRule(max: number): ValidationRule {
  return (context) => ({
    OperationDefinition(operation) {
      const depth = depthOf(operation.selectionSet, context, new Map());
      if (depth > max) rejectDocument(context, `The document's depth of ${depth}`, 'limits.graphqlDepth', max, depth);
    },
  });
}

function aliasRule(max: number): ValidationRule {
  return (context): ASTVisitor => {
    let aliases = 0;
    return {
      Field(field) {
        if (field.alias) aliases++;
      },
      Document: {
        leave() {
          if (aliases > max)
            rejectDocument(
              context,
              `The document's number of aliases, ${aliases},`,
              'limits.graphqlAliases',
              max,
              aliases,
            );
        },
      },
    };
  };
}

function rootFieldRule(max: number): ValidationRule {
  return (context) => ({
    OperationDefinition(operation) {
      const names = new Set<string>();
      collectNames(operation.selectionSet, context, names, new Set());
      const { size } = names;
      if (size > max)
        rejectDocument(context, `The number of root fields, ${size},`, 'limits.graphqlRootFields', max, size);
    },
  });
}

function directiveRule(max: number): ValidationRule {
  return (context) => ({
    enter(node) {
      const { length } = 'directives' in node ? ((node.directives ?? []) as readonly DirectiveNode[]) : [];
      if (length > max)
        rejectDocument(
          context,
          `The number of directives in one place, ${length},`,
          'limits.graphqlDirectives',
          max,
          length,
        );
    },
  });
}

/** Returns the depth of a selection set. Each fragment is measured once, so that the time is linear in the document. */
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
  known.set(fragment, 0); // ends the recursion at a cycle, which another rule reports
  const depth = depthOf(fragment.selectionSet, context, known);
  known.set(fragment, depth);
  return depth;
}

/** Collects the names that the fields of a selection have in the response. Fields with the same name count once. */
function collectNames(set: SelectionSetNode, context: ValidationContext, names: Set<string>, seen: Set<string>): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value !== '__typename') names.add((selection.alias ?? selection.name).value);
    } else {
      const fragment = fragmentOf(selection, (name) => context.getFragment(name), seen);
      if (fragment) collectNames(fragment.selectionSet, context, names, seen);
    }
  }
}

function rejectDocument(context: ValidationContext, what: string, name: string, max: number, value: number): void {
  context.reportError(graphqlErrorFrom(graphqlLimitExceeded(what, { name, max, value })));
}
