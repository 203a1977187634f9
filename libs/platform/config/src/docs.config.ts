import { IsBoolean } from 'class-validator';

import { Setting } from './setting.js';

/** Pages for people: the documentation. */
export class DocsConfig {
  @Setting(
    'Whether to serve Swagger UI at `/docs`, the guide at `/docs/guide` and the catalogue of errors at `/docs/errors`.',
  )
  @IsBoolean()
  declare readonly enabled: boolean;
}
