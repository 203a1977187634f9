import { Kind, visit } from 'graphql';
import type { GraphQLResolveInfo, OperationDefinitionNode } from 'graphql';

/** The most plans that are kept of one operation. Each differs in its root field or in the values of its conditions. */
const MOST = 32;

/** An operation that is executed, with its variables. */
export type PlannedOperation = Pick<GraphQLResolveInfo, 'operation' | 'fragments' | 'variableValues'>;

/**
 * Keeps the plans that were compiled for selections, as long as the parsed documents are kept. A selection has one plan
 * for each combination of values of the variables in `@skip` and `@include`.
 */
export class PlanCache<Plan> {
  private readonly plans = new WeakMap<OperationDefinitionNode, Map<string, Plan>>();

  /** `name` distinguishes the selections of an operation. */
  get(planned: PlannedOperation, name: string, compile: () => Plan): Plan {
    const { operation, variableValues } = planned;
    const plans = this.plans.get(operation) ?? new Map<string, Plan>();
    const conditions = conditionsIn(planned).map((variable) => (variableValues[variable] === true ? '1' : '0'));
    const key = `${conditions.join('')}${name}`;
    const plan = plans.get(key) ?? compile();
    if (plans.size < MOST) plans.set(key, plan);
    this.plans.set(operation, plans);
    return plan;
  }
}

const known = new WeakMap<OperationDefinitionNode, readonly string[]>();

/** Returns the variables in the conditions of an operation and of all fragments of its document. */
function conditionsIn({ operation, fragments }: PlannedOperation): readonly string[] {
  const found = known.get(operation);
  if (found) return found;
  const names = new Set<string>();
  for (const root of [operation, ...Object.values(fragments)])
    visit(root, {
      Directive: ({ name, arguments: args = [] }) => {
        if (name.value !== 'skip' && name.value !== 'include') return;
        for (const { value } of args) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      },
    });
  known.set(operation, [...names]);
  return [...names];
}
