import type { MigrationInterface, QueryRunner } from 'typeorm';

import { SEARCH_HIT_FUNCTIONS } from '@haven/records';

/** Creates the functions by which queries find records by their search documents (ADR 59). */
export class SearchQueries1764605000000 implements MigrationInterface {
  readonly name = 'SearchQueries1764605000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SEARCHED_DOCUMENTS);
    await runner.query(SEARCH_HIT_FUNCTIONS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP FUNCTION haven.newest_search_hits, haven.is_common_search, haven.search_hits;
DROP VIEW haven.searched_documents`);
  }
}

/**
 * The search documents of the tenant, for reading by the index of lexemes. No B-tree is used for IS NOT DISTINCT FROM;
 * tenant_id is never NULL, so no document is visible while no tenant is set.
 */
const SEARCHED_DOCUMENTS = `
CREATE VIEW haven.searched_documents AS
  SELECT record_id, document FROM haven.every_search_document WHERE tenant_id IS NOT DISTINCT FROM haven.current_tenant();
GRANT CREATE ON SCHEMA haven TO haven_reader;
ALTER VIEW haven.searched_documents OWNER TO haven_reader;
REVOKE CREATE ON SCHEMA haven FROM haven_reader;
GRANT SELECT ON haven.searched_documents TO haven_runtime`;
