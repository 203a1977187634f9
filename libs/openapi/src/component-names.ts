import type { LinkedSchema, SchemaNode } from '@haven/json-schema';

const COMPONENTS = '#/components/schemas/';

/** Returns the schema that refers to a component. */
export function componentRef(name: string): { $ref: string } {
  return { $ref: COMPONENTS + name };
}

/**
 * The names of the schemas of a collection that become components: the root, and every schema to which a reference
 * leads. `Movie` is the root, and `Movie_Address` what `$defs/address` contains; no name of a root has an underscore.
 */
export class ComponentNames {
  private readonly names = new Map<SchemaNode, string>();
  private readonly taken = new Set<string>();

  constructor(
    readonly root: string,
    { tree }: LinkedSchema,
  ) {
    this.names.set(tree.root, root);
    for (const { references } of tree.nodes.values())
      for (const target of references) if (!this.names.has(target)) this.names.set(target, this.claim(target.pointer));
  }

  /** Returns the name of a schema that is a component, or undefined. */
  of(node: SchemaNode): string | undefined {
    return this.names.get(node);
  }

  /** The schemas that are components, with their names. */
  entries(): Iterable<[SchemaNode, string]> {
    return this.names.entries();
  }

  private claim(pointer: string): string {
    const words = pascalCase(pointer.slice(pointer.lastIndexOf('/') + 1)) || 'Part';
    const candidates = [words, ...Array.from({ length: this.taken.size + 1 }, (_, index) => `${words}${index + 2}`)];
    const free = candidates.find((name) => !this.taken.has(name)) ?? words;
    for (const suffix of ['', 'Patch']) this.taken.add(free + suffix);
    return `${this.root}_${free}`;
  }
}

/** Returns a name in upper camel case that consists of ASCII letters and digits, possibly empty. */
export function pascalCase(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
