/** Names that belong to the generic GraphQL schema. The types of collections never take them. */
export interface ReservedNames {
  readonly rootFields: ReadonlySet<string>;
  readonly typeNames: ReadonlySet<string>;
}
