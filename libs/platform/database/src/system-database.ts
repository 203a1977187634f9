import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

import { translateDatabaseError } from './database-error.js';

/** Runs statements that belong to no tenant, such as the lookup of an API key before its tenant is known. */
@Injectable()
export class SystemDatabase {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Runs one statement on a connection of the pool. Translates database errors to errors of the catalogue. */
  async query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    try {
      return await this.dataSource.query<Row[]>(text, values);
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }
}
