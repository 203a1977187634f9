import { IsBoolean } from 'class-validator';

import { Setting } from './setting.js';

/** The console, with which people see and change data in the browser. */
export class ConsoleConfig {
  @Setting('Whether to serve the console at `/console`.')
  @IsBoolean()
  declare readonly enabled: boolean;
}
