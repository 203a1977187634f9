import { DEFAULT_KEYWORD } from '@haven/json-schema';
import type { SchemaNode } from '@haven/json-schema';
import { isJsonObject } from '@haven/kernel';

import { singular } from './collection-names.js';
import { definitionNames, definitionOf } from './definition-names.js';
import { discriminated } from './discriminator.js';
import { enumValues } from './enum-values.js';
import { namedMembers } from './member-names.js';
import type { NamedMember } from './member-names.js';
import { NestedNames } from './nested-names.js';
import { Nullability } from './nullability.js';
import { ReferencePaths } from './reference-paths.js';
import { breakRequiredCycles } from './required-cycles.js';
import { descriptionOf, requiredKeys } from './schema-parts.js';
import { shapeOf } from './schema-shape.js';
import type { Shape } from './schema-shape.js';
import type { CollectionSource, UntypedPart } from './tenant-types.js';
import type { EnumValues, Member, ObjectType, ScalarName, UnionType, ValueType } from './value-type.js';

/** Types of one collection have at most this many members; objects beyond them are JSON. */
const MOST_MEMBERS = 5_000;

/** Path of plain `properties` from the record to a value; null for a value that a reference of the schema leads to. */
type Path = readonly string[] | null;

/** An object type whose members are still to be found. */
interface Unfinished {
  readonly type: ObjectType & { readonly members: Member[] };
  readonly node: SchemaNode;
  readonly named: readonly NamedMember[];
  readonly path: Path;
}

/** Where a type is used for the first time. */
interface Place {
  /** Text from which the name of a new type is made. */
  readonly hint: string;
  readonly path: Path;
}

/**
 * Builds the type of a collection's records. Object types are finished in the order in which they are found, level by
 * level, and each schema becomes one type, so a recursive schema becomes a recursive type.
 */
export class RecordTypeBuilder {
  private readonly names: NestedNames;
  private readonly definitions: ReadonlyMap<SchemaNode, string>;
  private readonly references: ReferencePaths;
  private readonly nullability = new Nullability();
  private readonly objects = new Map<SchemaNode, ObjectType | null>();
  private readonly unions = new Map<SchemaNode, UnionType>();
  private readonly enums = new Map<SchemaNode, EnumValues | undefined>();
  private readonly openLists = new Set<SchemaNode>();
  private readonly unfinished: Unfinished[] = [];
  private members = 0;

  constructor(
    private readonly recordType: string,
    { references }: Pick<CollectionSource, 'references'>,
    private readonly notes: UntypedPart[],
    root: SchemaNode,
  ) {
    this.names = new NestedNames(recordType);
    this.definitions = definitionNames(root, this.names);
    this.references = new ReferencePaths(references);
  }

  /** Returns the type of the records, or null if their schema names no member that can have a name. */
  build(root: SchemaNode): ObjectType | null {
    const shape = shapeOf(root);
    const node = shape.kind === 'object' ? shape.node : root;
    const record = this.newObject(node, this.recordType, node === root ? [] : null);
    if (!record) return null;
    const finished: ObjectType[] = [];
    for (let next = this.unfinished.shift(); next; next = this.unfinished.shift()) {
      this.finish(next);
      finished.push(next.type);
    }
    breakRequiredCycles(finished);
    return record;
  }

  private finish({ type, node, named, path }: Unfinished): void {
    const required = requiredKeys(node);
    for (const { name, key, node: member } of named) {
      const at = path && [...path, key];
      const isRequired = required.has(key) && !this.nullability.allowsNull(member) && !(at && hasDefault(member));
      const description = descriptionOf(member) ?? described(shapeOf(member));
      type.members.push({
        name,
        key,
        required: isRequired,
        ...this.typeOfMember(member, { hint: key, path: at }),
        ...(description !== undefined && { description }),
      });
    }
  }

  private typeOfMember(node: SchemaNode, place: Place): Pick<Member, 'type' | 'reference'> {
    const reference = place.path && this.references.at(place.path);
    if (reference === null) return { type: this.typeOf(node, place) };
    const isList = this.references.isList(node);
    if (isList === null) {
      this.note(node, 'The reference can be one id or a list of ids, because the schema does not say which.');
      return { type: scalar('JSON') };
    }
    return { type: isList ? { kind: 'list', of: scalar('ID') } : scalar('ID'), reference };
  }

  private typeOf(node: SchemaNode, place: Place): ValueType {
    const shape = shapeOf(node);
    const at = 'node' in shape && shape.node !== node ? { ...place, path: null } : place;
    switch (shape.kind) {
      case 'scalar':
        return this.scalarType(shape, at);
      case 'list':
        return { kind: 'list', of: shape.items ? this.itemType(shape.items, at) : scalar('JSON') };
      case 'object':
        return this.objectType(shape.node, at) ?? scalar('JSON');
      case 'branches':
        return this.unionType(shape, at) ?? scalar('JSON');
      case 'any':
        if (shape.reason !== undefined) this.note(node, `${shape.reason} Its type is JSON.`);
        return scalar('JSON');
    }
  }

  /** A list whose items are lists of the same schema would never end. */
  private itemType(items: SchemaNode, { hint }: Place): ValueType {
    if (this.openLists.has(items)) return scalar('JSON');
    this.openLists.add(items);
    const type = this.typeOf(items, { hint: singular(hint), path: null });
    this.openLists.delete(items);
    return type;
  }

  private scalarType({ node, scalar: name, strings }: Extract<Shape, { kind: 'scalar' }>, { hint }: Place): ValueType {
    if (!strings) return scalar(name);
    const known = this.enums.has(node);
    if (!known)
      this.enums.set(
        node,
        enumValues(strings, () => this.nameOf(node, hint)),
      );
    const values = this.enums.get(node);
    return values ? { ...scalar(name), values } : scalar(name);
  }

  private objectType(node: SchemaNode, { hint, path }: Place): ObjectType | null {
    if (path && this.references.areBelow(path)) return this.newObject(node, this.names.claim(hint), path);
    const known = this.objects.get(node);
    if (known !== undefined) return known;
    const type = this.newObject(node, () => this.nameOf(node, hint), null);
    this.objects.set(node, type);
    return type;
  }

  private newObject(node: SchemaNode, name: string | (() => string), path: Path): ObjectType | null {
    const named = namedMembers(node, this.notes);
    if (named.length === 0) return null;
    if (this.members + named.length > MOST_MEMBERS) {
      this.note(node, `The types of the collection have ${MOST_MEMBERS} members already. Its type is JSON.`);
      return null;
    }
    this.members += named.length;
    const description = descriptionOf(node);
    const type = {
      kind: 'object' as const,
      name: typeof name === 'string' ? name : name(),
      ...(description !== undefined && { description }),
      members: [],
    };
    this.unfinished.push({ type, node, named, path });
    return type;
  }

  private unionType({ node, branches }: Extract<Shape, { kind: 'branches' }>, { hint }: Place): ValueType | null {
    const found = discriminated(branches);
    if (!found) {
      this.note(node, NOT_DISCRIMINATED);
      return null;
    }
    const known = this.unions.get(node);
    if (known) return known;
    const types = new Map<string, ObjectType>();
    for (const [constant, object] of found.objects) {
      const type = this.objectType(object, { hint: `${hint} ${constant}`, path: null });
      if (!type) return null;
      types.set(constant, type);
    }
    const description = descriptionOf(node);
    const union = {
      kind: 'union' as const,
      name: this.nameOf(node, hint),
      ...(description !== undefined && { description }),
      discriminator: found.key,
      types,
    };
    this.unions.set(node, union);
    return union;
  }

  private nameOf(node: SchemaNode, hint: string): string {
    return this.definitions.get(node) ?? this.names.claim(definitionOf(node) ?? hint);
  }

  private note({ pointer }: SchemaNode, detail: string): void {
    this.notes.push({ pointer: `/schema${pointer}`, detail });
  }
}

const NOT_DISCRIMINATED =
  'The objects of `oneOf` cannot be distinguished: they need a member that each of them requires with a different ' +
  '`const` string. Its type is JSON.';

function scalar(name: ScalarName): { readonly kind: 'scalar'; readonly scalar: ScalarName } {
  return { kind: 'scalar', scalar: name };
}

function hasDefault({ schema }: SchemaNode): boolean {
  return isJsonObject(schema) && DEFAULT_KEYWORD in schema;
}

/** Returns the description of the schema from which a shape comes. */
function described(shape: Shape): string | undefined {
  return 'node' in shape ? descriptionOf(shape.node) : undefined;
}
