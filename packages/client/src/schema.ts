/** A JSON object. A value of this type may have any members. */
export type JsonObject = Record<string, unknown>;

/** The types of a collection. `haven-records types` writes them for each collection. */
export interface CollectionTypes {
  /** The `data` of a record. */
  record: object;
  /** The `data` of a new record, if it differs: members that have a default are optional. */
  input?: object;
  /** The collection to which each reference leads, by its path; as an array for a member that is an array of ids. */
  references?: object;
  /** The values of each unique index, by its path; a tuple if the index has several paths. */
  uniqueKeys?: object;
}

/** The collections of a tenant, by name. Interfaces satisfy it without an index signature. */
export type SchemaShape<Schema> = { [Name in keyof Schema]: CollectionTypes };

/** The schema of a client that was created without one: any collection, with any JSON object as data. */
export type AnySchema = Record<
  string,
  { record: JsonObject; references: Record<string, string>; uniqueKeys: Record<string, unknown> }
>;

/** Name of a collection. */
export type CollectionName<Schema> = keyof Schema & string;

/** The `data` of the records of a collection. */
export type DataOf<Schema, Name extends keyof Schema> = Schema[Name] extends { record: infer Data extends object }
  ? Data
  : JsonObject;

/** The `data` that a collection accepts for a new or replaced record. */
export type InputOf<Schema, Name extends keyof Schema> = Schema[Name] extends { input: infer Input extends object }
  ? Input
  : DataOf<Schema, Name>;

/** The target of each reference of a collection, by its path. */
export type ReferencesOf<Schema, Name extends keyof Schema> = Schema[Name] extends { references: infer References }
  ? References
  : object;

/** The value of each unique index of a collection, by its path. */
export type UniqueKeysOf<Schema, Name extends keyof Schema> = Schema[Name] extends { uniqueKeys: infer Keys }
  ? Keys
  : object;
