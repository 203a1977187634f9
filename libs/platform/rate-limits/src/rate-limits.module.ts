import { Module } from '@nestjs/common';

import { Overload } from './overload.js';
import { Traffic } from './traffic.js';

/** What clients may ask for, and when it is too much for the process: for the two modules that take requests. */
@Module({ providers: [Traffic, Overload], exports: [Traffic, Overload] })
export class RateLimitsModule {}
