import { IsBoolean, IsIn, IsNotEmpty, IsOptional } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { MIB } from './units.js';

const trustModes = ['off', 'prefer', 'only'] as const;

/** The GraphQL API. */
export class GraphqlConfig {
  @Setting('Whether introspection queries are allowed, with which clients and tools read the GraphQL schema.')
  @IsBoolean()
  declare readonly introspection: boolean;

  @Setting(
    'Whether to serve the GraphQL IDE to browsers that open `/graphql`; it is of little use without ' +
      '`graphql.introspection`.',
  )
  @IsBoolean()
  declare readonly ide: boolean;

  @Setting(
    'Whether clients may request GraphQL documents that were deployed with Haven by their hash or id. `off`: ' +
      'there are none. `prefer`: clients may request them or send other documents. `only`: any other document ' +
      'fails with 403 `DOCUMENT_NOT_TRUSTED`.',
  )
  @IsIn(trustModes)
  declare readonly trustedDocuments: (typeof trustModes)[number];

  @Setting(
    'Location of the trusted documents: a JSON manifest (`{hash: document}`, or the output of the tools of ' +
      'Apollo and Relay), or a directory of manifests (`*.json`) and documents (`*.graphql`, identified by ' +
      'their SHA-256). It is read when Haven starts.',
  )
  @IsOptional()
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly trustedDocumentsPath?: string;

  @Setting('Maximum memory for documents that have been parsed and validated, as Haven estimates it.', {
    unit: 'bytes',
  })
  @Between(MIB, 1024 * MIB)
  declare readonly documentCache: number;

  @Setting(
    'Maximum number of fields in all GraphQL schemas that a process keeps. It builds one from the collections of a ' +
      'tenant for each set of permissions. A member of a collection becomes about twelve fields, and a field takes ' +
      '200 bytes. The schemas that were not used for the longest time are built again when they are needed; a schema ' +
      'that alone has more fields is refused with 422 `LIMIT_EXCEEDED`.',
  )
  @Between(1_000, 10_000_000)
  declare readonly typedFields: number;
}
