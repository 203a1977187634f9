import { IsBoolean, IsIn, IsNotEmpty, IsOptional } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { MIB } from './units.js';

const trustModes = ['off', 'prefer', 'only'] as const;

/** The GraphQL door. */
export class GraphqlConfig {
  @Setting('Answers introspection queries, from which clients and tools learn the GraphQL schema.')
  @IsBoolean()
  declare readonly introspection: boolean;

  @Setting('Serves the GraphQL IDE to browsers that open `/graphql`; it needs `graphql.introspection` to be of use.')
  @IsBoolean()
  declare readonly ide: boolean;

  @Setting(
    'Documents that were deployed with Haven and are asked for by their hash or id. `off`: there are none. `prefer`: they may be asked for, others sent. `only`: any other document is 403 `DOCUMENT_NOT_TRUSTED`.',
  )
  @IsIn(trustModes)
  declare readonly trustedDocuments: (typeof trustModes)[number];

  @Setting(
    'Where they are: a JSON manifest (`{hash: document}`, or what the tools of Apollo and Relay write), or a directory of manifests (`*.json`) and documents (`*.graphql`, known by their SHA-256). It is read when Haven starts.',
  )
  @IsOptional()
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly trustedDocumentsPath?: string;

  @Setting('How much memory may hold documents that were read and checked before, as Haven estimates it.', {
    unit: 'bytes',
  })
  @Between(MIB, 1024 * MIB)
  declare readonly documentCache: number;
}
