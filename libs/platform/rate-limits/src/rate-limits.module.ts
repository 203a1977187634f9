import { Module } from '@nestjs/common';

import { Overload } from './overload.js';
import { RateLimiter } from './rate-limiter.js';

/** What clients may ask for, and when it is too much for the process: for the two modules that take requests. */
@Module({ providers: [RateLimiter, Overload], exports: [RateLimiter, Overload] })
export class RateLimitsModule {}
