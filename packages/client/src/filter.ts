/**
 * A filter: conditions on members of `data` and of the record. All of them must be true.
 *
 * A member's condition is a value that it must equal, an object of operators (`{ _gte: 2000 }`), or for an object
 * member the conditions on its own members.
 */
export type Where<Data> = MemberConditions<Data> & Metadata & Combined<Where<Data>>;

/**
 * A filter of a list or an aggregate, which can also search the text of the records, if their collection declares a
 * search index.
 */
export type SearchWhere<Data> = MemberConditions<Data> & Metadata & Search & Combined<SearchWhere<Data>>;

interface Search {
  /** Words, `prefixes*` and `"phrases"`, and `-` before what must not be in the text. Not with `asOf`. */
  _search?: string;
}
/** A filter on an object in the data, which has no metadata of its own. */
type WhereInside<Value> = MemberConditions<Value> & Combined<WhereInside<Value>>;

type MemberConditions<Data> = { [Member in keyof Data as FilterKey<Member>]?: Condition<Data[Member]> };

/** Conditions on the record itself. Times are RFC 3339 strings. */
interface Metadata {
  $id?: string | EqualityOperators<string>;
  $version?: number | NumberOperators;
  $createdAt?: string | (EqualityOperators<string> & Comparisons<string>);
  $updatedAt?: string | (EqualityOperators<string> & Comparisons<string>);
}

interface Combined<Filter> {
  _and?: readonly Filter[];
  _or?: readonly Filter[];
  _not?: Filter;
}

/** The condition on a member with this type. */
export type Condition<Value> = unknown extends Value ? AnyCondition : ConditionOn<NonNullable<Value>>;

type ConditionOn<Value> = [Value] extends [string]
  ? Value | null | StringOperand | StringOperators<Value>
  : [Value] extends [number]
    ? Value | null | NumberOperators
    : [Value] extends [boolean]
      ? Value | null | BooleanOperators
      : [Value] extends [readonly (infer Element)[]]
        ? Value | null | ListOperators<Value, Element>
        : [Value] extends [object]
          ? null | WhereInside<Value> | ObjectOperators<Value>
          : AnyCondition;

/** The condition on a member whose type is not known, or has several types. */
export type AnyCondition =
  string | number | boolean | null | readonly unknown[] | AnyOperators | { [member: string]: unknown };

/** A string that is compared as an instant, or without regard to case. */
export type StringOperand = { $dateTime: string } | { $caseless: string };

interface Existence {
  /** `true`: the member exists, even if it is null. */
  _exists?: boolean;
  /** `true`: the member is missing or null. */
  _isNull?: boolean;
}

interface EqualityOperators<Operand> extends Existence {
  _eq?: Operand | null;
  _ne?: Operand | null;
  _in?: readonly (Operand | null)[];
  _nin?: readonly (Operand | null)[];
}

interface Comparisons<Operand> {
  _gt?: Operand;
  _gte?: Operand;
  _lt?: Operand;
  _lte?: Operand;
}

interface StringOperators<Value extends string>
  extends EqualityOperators<Value | StringOperand>, Comparisons<string | StringOperand>, Combined<Condition<Value>> {
  _startsWith?: string | { $caseless: string };
  /** `%` is any text and `_` any character. */
  _like?: string;
  /** Like `_like`, without regard to case. */
  _ilike?: string;
}

export interface NumberOperators
  extends EqualityOperators<number>, Comparisons<number>, Combined<number | NumberOperators | null> {}

interface BooleanOperators extends EqualityOperators<boolean>, Combined<boolean | BooleanOperators | null> {}

interface ListOperators<List, Element> extends EqualityOperators<List>, Combined<List | ListOperators<List, Element>> {
  /** An element of the list; or several, all of which must be in it. An object matches elements with its members. */
  _contains?: PartOf<Element> | readonly PartOf<Element>[];
  /** At least one element satisfies this filter, whose members are those of the element. */
  _some?: ElementConditions<Element>;
  /** All elements satisfy this filter, as in an empty list. */
  _every?: ElementConditions<Element>;
  /** No element satisfies this filter. A member that is no list has no elements. */
  _none?: ElementConditions<Element>;
  /** The number of elements. A member that is no list has none. */
  _size?: number | SizeOperators;
}

/** The condition on an element: operators for its own value, or the conditions on its members. */
type ElementConditions<Element> = unknown extends Element
  ? { [name: string]: unknown }
  : Exclude<Extract<Condition<Element>, object>, readonly unknown[] | StringOperand>;

interface SizeOperators extends Comparisons<number> {
  _eq?: number;
  _ne?: number;
  _in?: readonly number[];
  _nin?: readonly number[];
}

interface ObjectOperators<Value> extends EqualityOperators<Value> {
  _contains?: PartOf<Value>;
}

interface AnyOperators extends EqualityOperators<unknown>, Comparisons<string | number | StringOperand> {
  _contains?: unknown;
  _some?: { [name: string]: unknown };
  _every?: { [name: string]: unknown };
  _none?: { [name: string]: unknown };
  _size?: number | SizeOperators;
  _startsWith?: string | { $caseless: string };
  _like?: string;
  _ilike?: string;
}

type PartOf<Value> = Value extends object ? { [Member in keyof Value]?: PartOf<Value[Member]> } : Value;

/** A member's name as a key of a filter: names that look like operators or paths are escaped with a backslash. */
type FilterKey<Member> = Member extends `_${string}` | `$${string}` ? `\\${Member}` : EscapedPath<Member>;

/** A member's name as a path: its dots are escaped with a backslash. */
export type EscapedPath<Member> = Member extends `${infer Head}.${infer Tail}`
  ? `${Head}\\.${EscapedPath<Tail>}`
  : Member;
