import { IsOptional, Matches } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { MINUTE, SECOND } from './units.js';

/** What Haven remembers of records, in collections that choose it (`cacheRecords`). */
export class CacheConfig {
  @Setting('How much memory a process may spend on records that it remembers. 0: none is remembered.', {
    unit: 'bytes',
  })
  @Between(0, 2 ** 40)
  declare readonly memory: number;

  @Setting(
    'How old what a process knows of the changes may be; what it remembers is not served when that is older. Never served, however young, is a version older than one the client has been told of.',
    { unit: 'milliseconds' },
  )
  @Between(10, MINUTE)
  declare readonly maxAge: number;

  @Setting(
    'The Redis that remembers records for all processes, behind their own memory, as `redis://user:password@host:6379/0` (`rediss:` for TLS). Let it evict (`allkeys-lru`), unlike the Redis of the rate limits.',
    { secret: true },
  )
  @IsOptional()
  @Matches(/^rediss?:\/\/\S+$/, { message: 'must be a redis: or rediss: URL' })
  declare readonly redisUrl?: string;

  @Setting('How long Redis may take to answer before the database is asked instead.', { unit: 'milliseconds' })
  @Between(1, 10 * SECOND)
  declare readonly redisTimeout: number;
}
