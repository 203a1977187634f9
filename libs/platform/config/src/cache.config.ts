import { IsOptional, Matches } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { SECOND } from './units.js';

/** The record cache, which is used for collections with a `cache` setting. */
export class CacheConfig {
  @Setting('Maximum memory for cached records in one process. 0: the process serves no records from the cache.', {
    unit: 'bytes',
  })
  @Between(0, 2 ** 40)
  declare readonly memory: number;

  @Setting(
    'Redis server that caches records for all processes, behind the memory of each process, as ' +
      '`redis://user:password@host:6379/0` (`rediss:` for TLS). Let it evict keys (`allkeys-lru`), unlike the ' +
      'Redis server of the rate limits.',
    { secret: true },
  )
  @IsOptional()
  @Matches(/^rediss?:\/\/\S+$/, { message: 'must be a redis: or rediss: URL' })
  declare readonly redisUrl?: string;

  @Setting('Maximum time to wait for Redis before the record is read from the database instead.', {
    unit: 'milliseconds',
  })
  @Between(1, 10 * SECOND)
  declare readonly redisTimeout: number;
}
