import type { HostileValue } from './hostile-values.js';
import { selectionOf } from './sdl-inputs.js';
import type { GraphqlField, GraphqlPlace } from './sdl-inputs.js';

/** A request with a value in one place. The document is printed when it is sent, because valid arguments change. */
export interface Attempt {
  what: string;
  document: () => string;
  variables: string;
}

/** Returns arguments with which a field succeeds; `wanted` is the member that will be replaced in them. */
export type ValidArguments = (of: GraphqlField, wanted?: string) => Record<string, unknown>;

/** Prints documents in which one place of otherwise valid arguments has another value. */
export class GraphqlDocuments {
  constructor(
    private readonly valid: ValidArguments,
    private readonly selection: (of: GraphqlField) => string = ({ field }) => selectionOf(field),
  ) {}

  literalAt(place: GraphqlPlace, { what, text }: HostileValue): Attempt {
    return {
      what: `literal, ${what}`,
      document: () => this.documentOf(place.of, this.withPlace(place, text)),
      variables: '{}',
    };
  }

  variableAt(place: GraphqlPlace, { what, text }: HostileValue): Attempt {
    const declared = `($value: ${String(place.type)})`;
    const document = () => this.documentOf(place.of, this.withPlace(place, '$value'), declared);
    return { what: `variable, ${what}`, document, variables: `{"value":${text}}` };
  }

  /** Returns a document that is valid, unless other arguments are given. */
  documentOf(of: GraphqlField, given = this.valid(of), variables = ''): string {
    const { kind, root, field, between = [] } = of;
    const selected = `${field.name}${printed(given)}${this.selection(of)}`;
    const called = between.reduceRight((inner, name) => `${name} { ${inner} }`, selected);
    if (root === field) return `${kind}${variables} { ${called} }`;
    const parent = printed(this.valid({ kind, root, field: root }));
    return `${kind}${variables} { ${root.name}${parent} { ${called} } }`;
  }

  /** Returns arguments with a literal in one place. Creates the objects that contain it. */
  private withPlace({ of, path }: GraphqlPlace, text: string): Record<string, unknown> {
    const given = this.valid(of, String(path.at(-1)));
    let inner: Record<string | number, any> = given;
    for (const [at, step] of path.slice(0, -1).entries()) inner = inner[step] ??= path[at + 1] === 0 ? [] : {};
    inner[path.at(-1) ?? ''] = new Literal(text);
    return given;
  }
}

export const nameOf = ({ root, field }: GraphqlField): string =>
  root === field ? root.name : `${root.name} { ${field.name} }`;

/** A part of a document as it is sent. */
class Literal {
  constructor(readonly text: string) {}
}

function printed(given: Record<string, unknown>): string {
  const list = Object.entries(given).map(([name, value]) => `${name}: ${literal(value)}`);
  return list.length > 0 ? `(${list.join(', ')})` : '';
}

function literal(value: unknown): string {
  if (value instanceof Literal) return value.text;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}: ${literal(member)}`)
    .join(', ')}}`;
}
