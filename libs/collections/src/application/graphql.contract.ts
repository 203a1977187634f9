import { Expose, Output } from '@haven/api';
import type { CollectionTypes, UntypedPart } from '@haven/record-types';

/** A part of a collection's settings that the typed GraphQL schema does not reflect. */
@Output('UntypedPart', "A part of a collection's settings that has no type in the GraphQL schema.")
export class UntypedPartView {
  @Expose('JSON Pointer to it in the settings.', { schema: { example: '/schema/properties/address' } })
  pointer: string;

  @Expose('Why it has no type, and how it can get one.')
  detail: string;

  constructor({ pointer, detail }: UntypedPart) {
    this.pointer = pointer;
    this.detail = detail;
  }
}

/** How a collection appears in the GraphQL schema of its tenant. */
@Output(
  'CollectionGraphql',
  'Names of the types and fields that the GraphQL schema has for the collection. They follow from `x-haven-name` in ' +
    'its schema, `{"one": "movie", "many": "movies"}`, or otherwise from its name.',
)
export class CollectionGraphqlView {
  @Expose('Type of the records; null if only the generic fields apply to the collection.', {
    as: String,
    nullable: true,
    schema: { example: 'Movie' },
  })
  type: string | null;

  @Expose('Field that returns one record; null without types.', {
    as: String,
    nullable: true,
    schema: { example: 'movie' },
  })
  one: string | null;

  @Expose('Field that lists records; null without types.', {
    as: String,
    nullable: true,
    schema: { example: 'movies' },
  })
  many: string | null;

  @Expose('What has no type, at most 50 parts. Its values are `JSON`, or only in `_data`.', { as: [UntypedPartView] })
  untyped: UntypedPartView[];

  constructor(types: CollectionTypes | undefined) {
    const names = types?.typed?.names;
    this.type = names?.type ?? null;
    this.one = names?.one ?? null;
    this.many = names?.many ?? null;
    this.untyped = (types?.untyped ?? []).map((part) => new UntypedPartView(part));
  }
}
