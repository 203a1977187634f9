import { IsBoolean } from 'class-validator';

import { Setting } from './setting.js';

/** Pages that document the REST API. */
export class DocsConfig {
  @Setting('Whether to serve Swagger UI at `/docs`.')
  @IsBoolean()
  declare readonly enabled: boolean;
}
