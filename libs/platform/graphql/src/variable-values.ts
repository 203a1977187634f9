import { Kind } from 'graphql';
import type { FieldNode, OperationDefinitionNode, SelectionNode, ValueNode } from 'graphql';

/**
 * What a document says with its variables put in, as far as an estimate needs it. Variables are as they came: what does not
 * fit its type is refused when the operation runs, and says nothing here.
 */
export class VariableValues {
  private readonly defaults: ReadonlyMap<string, ValueNode | undefined>;

  constructor(
    operation: OperationDefinitionNode,
    private readonly variables: Readonly<Record<string, unknown>> | null | undefined,
  ) {
    this.defaults = new Map(
      operation.variableDefinitions?.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
    );
  }

  /** Whether `@skip` and `@include` let a selection be. */
  includes({ directives = [] }: SelectionNode): boolean {
    return directives.every(({ name, arguments: given = [] }) => {
      const condition = given[0] && this.read(given[0].value);
      return name.value === 'skip' ? condition !== true : name.value !== 'include' || condition !== false;
    });
  }

  /** A number that an argument gives. */
  countOf(field: FieldNode, name: string): number | undefined {
    const value = this.read(argument(field, name));
    return typeof value === 'number' && value > 0 ? value : undefined;
  }

  /** How many items the list has that an argument gives; a single one stands for a list of it. */
  lengthOf(field: FieldNode, name: string): number | undefined {
    const value = this.read(argument(field, name));
    if (value == null) return undefined;
    return Array.isArray(value) ? value.length : 1;
  }

  /** Numbers, booleans and lists as JavaScript has them; of lists, their length is all that matters. */
  private read(node: ValueNode | undefined): unknown {
    switch (node?.kind) {
      case undefined:
      case Kind.NULL:
        return undefined;
      case Kind.VARIABLE: {
        const name = node.name.value;
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
