import type { MigrationInterface, QueryRunner } from 'typeorm';

import { DROP_SEARCH_FUNCTIONS, SEARCH_FUNCTIONS } from '@haven/records';

import { asUpkeep, replaceRemovedTables } from './remove-contents.js';

/**
 * Keeps the lexemes of the records of collections that declare a search in one table with one GIN index (ADR 57).
 */
export class Search1764600000000 implements MigrationInterface {
  readonly name = 'Search1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      SEARCH_FUNCTIONS,
      DECLARED_SEARCH,
      DOCUMENTS,
      VIEWS,
      REQUIRE_SEARCH,
      PREVIOUS_RELEASE,
      asUpkeep(replaceRemovedTables(WITHOUT_DOCUMENTS, WITH_DOCUMENTS)),
    ]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(asUpkeep(replaceRemovedTables(WITH_DOCUMENTS, WITHOUT_DOCUMENTS)));
    await runner.query(`
DROP TRIGGER search_documents ON haven.records;
DROP TRIGGER drop_search ON haven.collections;
DROP FUNCTION haven.write_search_document(), haven.drop_search(), haven.require_search(integer, integer);
DROP VIEW haven.live_search, haven.outdated_searches;
DROP TABLE haven.every_search_document;
REVOKE SELECT (search, deleted_at) ON haven.collections FROM haven_reader;
ALTER TABLE haven.collections DROP COLUMN search;
${REMOVE_BUILDS};
${DROP_SEARCH_FUNCTIONS}`);
  }
}

/**
 * The search of a collection: `{"id": 12, "paths": [["title"]], "language": "english", "state": "ready", "builtWith": 18}`.
 * `builtWith` is the major version of PostgreSQL, whose dictionaries may differ in another one.
 */
const DECLARED_SEARCH = 'ALTER TABLE haven.collections ADD search jsonb';

/** The lexemes of the records; a record without any has no row. New lexemes are added to the GIN index at once. */
const DOCUMENTS = `
CREATE TABLE haven.search_documents (
  tenant_id uuid NOT NULL DEFAULT haven.current_tenant(),
  collection_id integer NOT NULL,
  index_id integer NOT NULL,
  record_id uuid NOT NULL,
  document tsvector NOT NULL,
  PRIMARY KEY (tenant_id, collection_id, index_id, record_id)
);
CREATE INDEX search_documents_lexemes ON haven.search_documents USING gin (document) WITH (fastupdate = off);
ALTER TABLE haven.search_documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.search_documents FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.search_documents TO haven_runtime
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant());
CREATE POLICY upkeep ON haven.search_documents TO haven_upkeep
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON haven.search_documents TO haven_runtime;
GRANT SELECT, DELETE ON haven.search_documents TO haven_upkeep`;

/**
 * As with `live_entries`, reads use a view of a parent table without policies. `outdated_searches` lists the collections
 * of all tenants whose search must be built again: another major version of PostgreSQL has built it, or a process of the
 * previous version, which does not know searches, has removed the work of building it.
 */
const VIEWS = `
CREATE TABLE haven.every_search_document (LIKE haven.search_documents) PARTITION BY LIST (tenant_id);
ALTER TABLE haven.every_search_document ATTACH PARTITION haven.search_documents DEFAULT;
CREATE VIEW haven.live_search AS
  SELECT collection_id, index_id, record_id, document FROM haven.every_search_document
  WHERE tenant_id = haven.current_tenant();
CREATE VIEW haven.outdated_searches AS
  SELECT tenant_id, id AS collection_id FROM haven.collections
  WHERE deleted_at IS NULL AND (
    (search->>'builtWith')::integer <> current_setting('server_version_num')::integer / 10000
    OR search->>'state' = 'building' AND NOT EXISTS (
      SELECT FROM haven.index_builds AS b
      WHERE b.tenant_id = collections.tenant_id AND b.collection_id = id AND b.index_id = (search->>'id')::integer
        AND b.task = 'fill'
    )
  );
GRANT SELECT ON haven.every_search_document TO haven_reader;
GRANT SELECT (search, deleted_at) ON haven.collections TO haven_reader;
GRANT CREATE ON SCHEMA haven TO haven_reader;
ALTER VIEW haven.live_search OWNER TO haven_reader;
ALTER VIEW haven.outdated_searches OWNER TO haven_reader;
REVOKE CREATE ON SCHEMA haven FROM haven_reader;
GRANT SELECT ON haven.live_search, haven.outdated_searches TO haven_runtime`;

/**
 * Fails a statement that reads documents which are not maintained any more (HV001), because a process may have outdated
 * settings in its cache, or which are not complete (HV002).
 */
const REQUIRE_SEARCH = `
CREATE FUNCTION haven.require_search(of_collection integer, of_index integer) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
  declared jsonb;
BEGIN
  SELECT search INTO declared FROM haven.collections
  WHERE tenant_id = haven.current_tenant() AND id = of_collection AND deleted_at IS NULL;
  IF (declared->>'id')::integer IS DISTINCT FROM of_index THEN
    RAISE EXCEPTION 'The search index % is not declared any more.', of_index USING ERRCODE = 'HV001';
  END IF;
  IF declared->>'state' <> 'ready'
    OR (declared->>'builtWith')::integer <> current_setting('server_version_num')::integer / 10000 THEN
    RAISE EXCEPTION 'The search index % is being built.', of_index USING ERRCODE = 'HV002';
  END IF;
  RETURN true;
END $$`;

/**
 * Writes the documents of records that a process of the previous version writes, and removes the search of a collection
 * that it deletes. Processes of this version set `haven.search`.
 */
const PREVIOUS_RELEASE = `
CREATE FUNCTION haven.write_search_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  definition jsonb;
  new_document tsvector;
BEGIN
  SELECT search INTO definition FROM haven.collections WHERE tenant_id = NEW.tenant_id AND id = NEW.collection_id;
  IF definition IS NULL THEN
    RETURN NULL;
  END IF;
  new_document := haven.search_document(definition, NEW.data);
  IF new_document = '' THEN
    DELETE FROM haven.search_documents
    WHERE tenant_id = NEW.tenant_id AND collection_id = NEW.collection_id
      AND index_id = (definition->>'id')::integer AND record_id = NEW.id;
  ELSE
    INSERT INTO haven.search_documents AS d (tenant_id, collection_id, index_id, record_id, document)
    VALUES (NEW.tenant_id, NEW.collection_id, (definition->>'id')::integer, NEW.id, new_document)
    ON CONFLICT (tenant_id, collection_id, index_id, record_id) DO UPDATE SET document = excluded.document
    WHERE d.document <> excluded.document;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER search_documents AFTER INSERT OR UPDATE ON haven.records FOR EACH ROW
  WHEN (current_setting('haven.search', true) IS DISTINCT FROM 'written')
  EXECUTE FUNCTION haven.write_search_document();
CREATE FUNCTION haven.drop_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO haven.index_builds (tenant_id, collection_id, index_id, task)
  VALUES (NEW.tenant_id, NEW.id, (NEW.search->>'id')::integer, 'drop')
  ON CONFLICT (tenant_id, collection_id, index_id) DO UPDATE SET task = 'drop', after = NULL, skipped = '{}';
  NEW.search := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER drop_search BEFORE UPDATE OF deleted_at ON haven.collections FOR EACH ROW
  WHEN (NEW.deleted_at IS NOT NULL AND NEW.search IS NOT NULL
    AND current_setting('haven.search', true) IS DISTINCT FROM 'written')
  EXECUTE FUNCTION haven.drop_search()`;

/** The work on indexes that do not exist any more would be taken for that of declared indexes. */
const REMOVE_BUILDS = `
ALTER TABLE haven.index_builds NO FORCE ROW LEVEL SECURITY;
ALTER TABLE haven.collections NO FORCE ROW LEVEL SECURITY;
DELETE FROM haven.index_builds AS b WHERE task = 'fill' AND NOT EXISTS (
  SELECT FROM haven.collections AS c
  WHERE c.tenant_id = b.tenant_id AND c.id = b.collection_id
    AND c.declared_indexes @> jsonb_build_array(jsonb_build_object('id', b.index_id))
);
ALTER TABLE haven.collections FORCE ROW LEVEL SECURITY;
ALTER TABLE haven.index_builds FORCE ROW LEVEL SECURITY`;

/** Tables in `haven.remove_contents`, which deletes the contents of a deleted tenant table by table. */
const WITHOUT_DOCUMENTS = "'index_builds', 'index_entries'";
const WITH_DOCUMENTS = "'index_builds', 'search_documents', 'index_entries'";
