import { Kind } from 'graphql';
import type { FieldNode, OperationDefinitionNode, SelectionNode, ValueNode } from 'graphql';

/**
 * Resolves the arguments of a document with its variables, as far as a cost estimate needs them. Variables are as the
 * client sent them: a value of the wrong type is ignored here, and rejected when the operation runs.
 */
export class VariableValues {
  /** Whether any result so far depends on a variable. */
  hasReadVariables = false;
  private readonly defaults: ReadonlyMap<string, ValueNode | undefined>;

  constructor(
    operation: OperationDefinitionNode,
    private readonly variables: Readonly<Record<string, unknown>> | null | undefined,
  ) {
    this.defaults = new Map(
      operation.variableDefinitions?.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
    );
  }

  /** Whether a selection is included according to its `@skip` and `@include`. */
  includes({ directives = [] }: SelectionNode): boolean {
    return directives.every(({ name, arguments: given = [] }) => {
      const condition = given[0] && this.read(given[0].value);
      return name.value === 'skip' ? condition !== true : name.value !== 'include' || condition !== false;
    });
  }

  /** Returns the value of an argument if it is a number, 0 or more. */
  countOf(field: FieldNode, name: string): number | undefined {
    const value = this.read(argument(field, name));
    return typeof value === 'number' && value >= 0 ? value : undefined;
  }

  /** Returns the number of items in an argument that is a list. A single value counts as a list of one item. */
  lengthOf(field: FieldNode, name: string): number | undefined {
    const value = this.read(argument(field, name));
    if (value == null) return undefined;
    return Array.isArray(value) ? value.length : 1;
  }

  /**
   * Returns numbers, booleans and lists as JavaScript values. The items of a list are not read; only its length
   * matters.
   */
  private read(node: ValueNode | undefined): unknown {
    switch (node?.kind) {
      case undefined:
      case Kind.NULL:
        return undefined;
      case Kind.VARIABLE: {
        const name = node.name.value;
        this.hasReadVariables = true;
        const isGiven = this.variables && Object.hasOwn(this.variables, name);
        return isGiven ? this.variables[name] : this.read(this.defaults.get(name));
      }
      case Kind.INT:
        return Number(node.value);
      case Kind.BOOLEAN:
        return node.value;
      case Kind.LIST:
        return node.values;
      default:
        return node;
    }
  }
}

function argument({ arguments: given = [] }: FieldNode, name: string): ValueNode | undefined {
  return given.find((each) => each.name.value === name)?.value;
}
