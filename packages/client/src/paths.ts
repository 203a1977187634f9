import type { EscapedPath } from './filter.js';
import type { ExpandedRecord, HavenRecord } from './record.js';
import type { DataOf, ReferencesOf } from './schema.js';

/**
 * The path of a member: `year`, or `address.city`. Two levels are checked by the compiler and deeper ones by Haven,
 * so that types with many members stay cheap.
 */
export type Path<Data> = string extends keyof Data ? string : KnownPath<Data>;

type KnownPath<Data> = {
  [Member in keyof Data & string]: EscapedPath<Member> | Below<EscapedPath<Member>, NonNullable<Data[Member]>>;
}[keyof Data & string];

type Below<Prefix, Value> = Value extends readonly unknown[]
  ? never
  : Value extends object
    ? Prefix extends string
      ? string extends keyof Value
        ? `${Prefix}.${string}`
        : {
            [
              Member in keyof Value & string
            ]: `${Prefix}.${EscapedPath<Member> & string}${Deeper<NonNullable<Value[Member]>>}`;
          }[keyof Value & string]
      : never
    : never;

type Deeper<Value> = Value extends readonly unknown[] ? '' : Value extends object ? '' | `.${string}` : '';

/** A member of the record itself by which lists can be sorted and grouped. */
export type SystemPath = '$id' | '$version' | '$createdAt' | '$updatedAt';

/** A path to sort by; `-` for descending order. */
export type SortPath<Data> = Path<Data> | SystemPath | `-${Path<Data> | SystemPath}`;

/** A member to sort by, with the way in which its strings are compared. */
export type SortField<Data> =
  | SortPath<Data>
  | {
      path: SortPath<Data>;
      /** `dateTime` compares strings as instants. */
      type?: 'dateTime';
      /** Compares strings without regard to case. */
      caseless?: boolean;
    };

/**
 * A path of references: `director`, or `director.agent` to add the directors' agents too. Two levels are checked by the
 * compiler, the third one by Haven.
 */
export type ExpandPath<Schema, Name extends keyof Schema> = ReferencePath<Schema, ReferencesOf<Schema, Name>>;

type ReferencePath<Schema, References> = {
  [Path in keyof References & string]: Path | ReferencesBelow<Schema, Path, References[Path]>;
}[keyof References & string];

type ReferencesBelow<Schema, Path extends string, Target> = [TargetName<Schema, Target>] extends [never]
  ? `${Path}.${string}`
  : keyof ReferencesOf<Schema, TargetName<Schema, Target>> & string extends infer Next extends string
    ? `${Path}.${Next}` | `${Path}.${Next}.${string}`
    : never;

type TargetName<Schema, Target> = Target extends readonly (infer Element)[]
  ? Element & keyof Schema
  : Target & keyof Schema;

/** The member `expanded` of a record with these expanded paths. */
export type Expanded<Schema, Name extends keyof Schema, Paths extends string> = string extends Paths
  ? Record<string, HavenRecord | readonly HavenRecord[] | null>
  : ExpandedReferences<Schema, ReferencesOf<Schema, Name>, Paths>;

type ExpandedReferences<Schema, References, Paths extends string> = {
  readonly [Path in keyof References & string as Selected<Path, Paths>]: References[Path] extends readonly unknown[]
    ? readonly Read<Schema, TargetName<Schema, References[Path]>, Rest<Path, Paths>>[]
    : Read<Schema, TargetName<Schema, References[Path]>, Rest<Path, Paths>> | null;
};

type Selected<Path extends string, Paths extends string> = Paths extends Path | `${Path}.${string}` ? Path : never;

type Rest<Path extends string, Paths extends string> = Paths extends `${Path}.${infer Tail}` ? Tail : never;

/** A record as it is read: with `expanded` if paths are expanded, with a part of its data if fields are selected. */
export type Read<Schema, Name extends keyof Schema, Paths extends string = never, Fields extends string = never> = [
  Paths,
] extends [never]
  ? HavenRecord<SelectedData<DataOf<Schema, Name>, Fields>>
  : ExpandedRecord<SelectedData<DataOf<Schema, Name>, Fields>, Expanded<Schema, Name, Paths>>;

type SelectedData<Data, Fields> = [Fields] extends [never] ? Data : PartialData<Data>;

/** Data of which only some members were read. */
export type PartialData<Data> = {
  [Member in keyof Data]?: Data[Member] extends readonly unknown[] ? Data[Member] : PartialData<Data[Member]>;
};
