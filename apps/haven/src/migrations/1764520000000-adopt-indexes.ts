import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Gives the indexes that collections have declared their entries: those declared so far, and those that a process of the
 * previous version declares while it runs beside new ones (ADR 45).
 */
export class AdoptIndexes1764520000000 implements MigrationInterface {
  readonly name = 'AdoptIndexes1764520000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [SKIPPED, MEMBER, ADOPT, ADOPT_ALL]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TRIGGER adopt_indexes ON haven.collections;
DROP FUNCTION haven.adopt_indexes(), haven.index_member(text);
ALTER TABLE haven.index_builds DROP COLUMN skipped`);
  }
}

/** Records before \`after\` whose entries are still missing, because a writer had locked them. */
const SKIPPED = "ALTER TABLE haven.index_builds ADD skipped uuid[] NOT NULL DEFAULT '{}'";

/** Parses a path of the column \`indexes\`: segments separated by dots, where a backslash escapes a character. */
const MEMBER = String.raw`
CREATE FUNCTION haven.index_member(path text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN path IN ('$id', '$version', '$createdAt', '$updatedAt')
  THEN jsonb_build_object('system', substr(path, 2))
  ELSE jsonb_build_object('path', (
    SELECT jsonb_agg(regexp_replace(segment[1], '\\(.)', '\1', 'g') ORDER BY place)
    FROM regexp_matches(path, '((?:[^.\\]|\\.)+)', 'g') WITH ORDINALITY AS s (segment, place)
  ))
END`;

/**
 * Follows changes of the column \`indexes\`, which processes of the previous version make. These know only indexes on one
 * path, so others stay as they are. Their index builder changes the states in the column, which is ignored.
 */
const ADOPT = `
CREATE FUNCTION haven.adopt_indexes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  index jsonb;
  adopted jsonb := '[]';
  path text;
  new_id integer;
BEGIN
  FOR index IN SELECT value FROM jsonb_array_elements(NEW.declared_indexes) LOOP
    IF NEW.deleted_at IS NOT NULL OR NOT index ? 'unique' AND jsonb_array_length(index->'members') = 1
      AND NOT index->'members'->0 ?| ARRAY['descending', 'as'] AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(NEW.indexes) AS e
        WHERE haven.index_member(e->>'path') = index->'members'->0
      ) THEN
      INSERT INTO haven.index_builds AS b (tenant_id, collection_id, index_id, task)
      VALUES (NEW.tenant_id, NEW.id, (index->>'id')::integer, 'drop')
      ON CONFLICT (tenant_id, collection_id, index_id) DO UPDATE SET task = 'drop', after = NULL, skipped = '{}';
    ELSE
      adopted := adopted || index;
    END IF;
  END LOOP;
  IF NEW.deleted_at IS NULL THEN
    FOR path IN SELECT e->>'path' FROM jsonb_array_elements(NEW.indexes) AS e LOOP
      CONTINUE WHEN EXISTS (
        SELECT FROM jsonb_array_elements(adopted) AS e
        WHERE NOT e ? 'unique' AND e->'members' = jsonb_build_array(haven.index_member(path))
      );
      new_id := nextval('haven.index_ids');
      adopted := adopted || jsonb_build_object(
        'id', new_id, 'state', 'building', 'members', jsonb_build_array(haven.index_member(path)));
      INSERT INTO haven.index_builds (tenant_id, collection_id, index_id, task)
      VALUES (NEW.tenant_id, NEW.id, new_id, 'fill');
    END LOOP;
  END IF;
  NEW.declared_indexes := adopted;
  RETURN NEW;
END $$;
CREATE TRIGGER adopt_indexes BEFORE INSERT OR UPDATE OF indexes, deleted_at ON haven.collections FOR EACH ROW
  WHEN (current_setting('haven.index_entries', true) IS DISTINCT FROM 'written')
  EXECUTE FUNCTION haven.adopt_indexes()`;

/**
 * The lock waits for the writers that run, which would not see the adopted indexes, and delays others until the
 * migration has been committed. Then the trigger on \`records\` writes the entries of what they write.
 */
const ADOPT_ALL = `
LOCK TABLE haven.records IN SHARE MODE;
ALTER TABLE haven.collections NO FORCE ROW LEVEL SECURITY;
ALTER TABLE haven.index_builds NO FORCE ROW LEVEL SECURITY;
SELECT set_config('haven.index_entries', '', true);
UPDATE haven.collections SET indexes = indexes WHERE deleted_at IS NULL AND indexes <> '[]';
ALTER TABLE haven.collections FORCE ROW LEVEL SECURITY;
ALTER TABLE haven.index_builds FORCE ROW LEVEL SECURITY`;
