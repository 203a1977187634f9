import { IsIn, Matches } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { HOUR } from './units.js';

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

  @Setting(
    'Fraction of successful requests that are logged, from 0 to 1. Requests that fail, are refused, or take at ' +
      'least `log.slowRequests` are always logged.',
  )
  @Matches(/^(0|1|0?\.\d+|1\.0+|0\.0+)$/, { message: 'must be a number from 0 to 1' })
  declare readonly sampleSuccesses: string;

  @Setting('Duration from which a request is logged although `log.sampleSuccesses` would omit it.', {
    unit: 'milliseconds',
  })
  @Between(1, HOUR)
  declare readonly slowRequests: number;
}
