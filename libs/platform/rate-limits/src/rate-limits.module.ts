import { Module } from '@nestjs/common';

import { Overload } from './overload.js';
import { RateLimiter } from './rate-limiter.js';

/** Provides rate limits and overload detection to the HTTP and GraphQL modules. */
@Module({ providers: [RateLimiter, Overload], exports: [RateLimiter, Overload] })
export class RateLimitsModule {}
