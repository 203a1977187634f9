import { Module } from '@nestjs/common';

import { ClientAddresses } from './client-addresses.js';
import { Overload } from './overload.js';
import { RateLimiter } from './rate-limiter.js';

/** Provides rate limits and overload detection to the HTTP and GraphQL modules. */
@Module({ providers: [ClientAddresses, RateLimiter, Overload], exports: [ClientAddresses, RateLimiter, Overload] })
export class RateLimitsModule {}
