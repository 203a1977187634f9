import type { MigrationInterface, QueryRunner } from 'typeorm';

import { DROP_TEXT_FUNCTIONS, TEXT_FUNCTIONS } from '@haven/records';

/** Creates the functions that fold the case of a text and that read an RFC 3339 date-time. */
export class TextFunctions1764490000000 implements MigrationInterface {
  readonly name = 'TextFunctions1764490000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TEXT_FUNCTIONS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DROP_TEXT_FUNCTIONS);
  }
}
