import { Module } from '@nestjs/common';

import { KeysetPages } from './keyset-pages.js';

/** What services of lists need. */
@Module({ providers: [KeysetPages], exports: [KeysetPages] })
export class ApiModule {}
