/** The scalars of members. `SafeInt` is an integer that JavaScript represents exactly; `JSON` is any value. */
export type ScalarName = 'String' | 'ID' | 'DateTime' | 'Int' | 'SafeInt' | 'Float' | 'Boolean' | 'JSON';

/** The type of a value in a record, as the text of the schema describes it. Every value can also be null or absent. */
export type ValueType = ScalarType | ListType | ObjectType | UnionType;

export interface ScalarType {
  readonly kind: 'scalar';
  readonly scalar: ScalarName;
  /** The strings that the schema allows, in its order; absent if it does not restrict them to a list of strings. */
  readonly values?: EnumValues;
}

/** A list of allowed strings. On input it is an enum. */
export interface EnumValues {
  /** Name of the enum type, such as `Movie_Status`. */
  readonly name: string;
  /** The GraphQL names of the values, and the strings that they stand for. */
  readonly values: ReadonlyMap<string, string>;
}

export interface ListType {
  readonly kind: 'list';
  readonly of: ValueType;
}

/** An object with members that the schema names. Types can be recursive, so `members` may be read only later. */
export interface ObjectType {
  readonly kind: 'object';
  /** Name of the type: `Movie` for the record itself, `Movie_Address` for an object in it. */
  readonly name: string;
  readonly description?: string;
  readonly members: readonly Member[];
}

/** Objects of several types, distinguished by a member with a constant string (`oneOf` with `const`). */
export interface UnionType {
  readonly kind: 'union';
  readonly name: string;
  readonly description?: string;
  /** Key of the member that holds the constant. */
  readonly discriminator: string;
  /** The types of the objects, by the constant. */
  readonly types: ReadonlyMap<string, ObjectType>;
}

/** A member of an object. */
export interface Member {
  /** Name in GraphQL, which never starts with an underscore. */
  readonly name: string;
  /** Key in the JSON object. */
  readonly key: string;
  readonly type: ValueType;
  /**
   * Whether a new document must have the member with a value other than null: the schema requires it, does not allow
   * null, and has no default for it.
   */
  readonly required: boolean;
  readonly description?: string;
  /** The collection whose records the member names by their ids (`x-haven-ref`); a list of ids if `type` is a list. */
  readonly reference?: string;
}
