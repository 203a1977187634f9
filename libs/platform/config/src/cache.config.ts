import { IsOptional, Matches } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';
import { SECOND } from './units.js';

/** The record cache, for collections with a `cache`. */
export class CacheConfig {
  @Setting('How much memory a process may spend on cached records. 0: this process serves none from the cache.', {
    unit: 'bytes',
  })
  @Between(0, 2 ** 40)
  declare readonly memory: number;

  @Setting(
    'The Redis that caches records for all processes, behind their own memory, as `redis://user:password@host:6379/0` (`rediss:` for TLS). Let it evict (`allkeys-lru`), unlike the Redis of the rate limits.',
    { secret: true },
  )
  @IsOptional()
  @Matches(/^rediss?:\/\/\S+$/, { message: 'must be a redis: or rediss: URL' })
  declare readonly redisUrl?: string;

  @Setting('How long Redis may take to answer before the database is asked instead.', { unit: 'milliseconds' })
  @Between(1, 10 * SECOND)
  declare readonly redisTimeout: number;
}
