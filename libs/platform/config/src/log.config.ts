import { IsIn } from 'class-validator';

import { Setting } from './setting.js';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const logFormats = ['auto', 'json', 'pretty'] as const;

/** The log, which is written to standard output. */
export class LogConfig {
  @Setting('Least severe level that is logged; `silent` logs nothing.', { alias: 'LOG_LEVEL' })
  @IsIn(logLevels)
  declare readonly level: (typeof logLevels)[number];

  @Setting(
    'Format of the log: `json` writes one JSON object per line, `pretty` is for people, and `auto` is ' +
      '`pretty` on a terminal and `json` otherwise.',
  )
  @IsIn(logFormats)
  declare readonly format: (typeof logFormats)[number];
}
