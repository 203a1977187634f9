import { Module } from '@nestjs/common';

import { KeysetPages } from './keyset-pages.js';

/** Provides keyset paging to services with lists. */
@Module({ providers: [KeysetPages], exports: [KeysetPages] })
export class ApiModule {}
