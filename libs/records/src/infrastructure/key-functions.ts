/**
 * The keys of index entries as SQL functions, which a migration creates in the schema `haven` after `fold_case` and
 * `instant`. `indexKey` in the library `query` encodes the same keys. Entries contain the results, so a
 * migration that changes a function must also build all entries anew. No function raises an error for any document.
 */
export const KEY_FUNCTIONS = `
CREATE FUNCTION haven.number_key(value double precision) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN value = 0 THEN '\\x8000000000000000'::bytea
  WHEN value > 0 THEN set_byte(float8send(value), 0, get_byte(float8send(value), 0) | 128)
  ELSE int8send(~ ('x' || encode(float8send(value), 'hex'))::bit(64)::bigint)
END;

-- Like convert_to(value, 'UTF8') in a UTF-8 database, but immutable, so that PostgreSQL inlines the functions below.
CREATE FUNCTION haven.text_bytes(value text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN replace(value, '\\', '\\\\')::bytea;

CREATE FUNCTION haven.inverted_key(key bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substr(varbit_send(~ ('x' || encode(key, 'hex'))::varbit), 5); -- without the number of bits, at the start

-- Encodes a string as an instant or without its case.
CREATE FUNCTION haven.typed_text_key(value text, as_type text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  instant double precision[];
BEGIN
  IF as_type = 'caseless' THEN
    RETURN '\\x04'::bytea || haven.text_bytes(haven.fold_case(left(value, 256))) || '\\x00'::bytea;
  END IF;
  instant := haven.instant(value);
  IF instant IS NULL THEN
    RETURN '\\x04'::bytea || haven.number_key(1e300) || haven.text_bytes(left(value, 256)) || '\\x00'::bytea;
  END IF;
  RETURN '\\x04'::bytea || haven.number_key(instant[1])
    || haven.text_bytes(lpad(instant[2]::integer::text, 10, '0')) || '\\x00'::bytea;
END $$;

-- Encodes a value of a document, or NULL for a missing member. If strings have a type, typed_text_key encodes them.
CREATE FUNCTION haven.value_key(value jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE jsonb_typeof(value)
  WHEN 'string' THEN '\\x04'::bytea || haven.text_bytes(left(value #>> '{}', 256)) || '\\x00'::bytea
  WHEN 'number' THEN '\\x03'::bytea || haven.number_key(value::double precision)
  WHEN 'boolean' THEN CASE WHEN value = 'true'::jsonb THEN '\\x02bff0000000000000'::bytea ELSE '\\x028000000000000000'::bytea END
  WHEN 'null' THEN '\\x01'::bytea
  WHEN 'array' THEN '\\x05'::bytea
  WHEN 'object' THEN '\\x06'::bytea
  ELSE '\\x00'::bytea
END;

-- Encodes a whole value for the comparison of unique values.
CREATE FUNCTION haven.identity_of(value jsonb, as_type text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  content text := value #>> '{}';
  kind text := left(jsonb_typeof(value), 1);
  instant double precision[];
BEGIN
  IF kind = 'n' THEN
    content := trim_scale(content::numeric)::text;
  ELSIF kind = 's' AND as_type = 'caseless' THEN
    content := haven.fold_case(content);
  ELSIF kind = 's' AND as_type = 'dateTime' THEN
    instant := haven.instant(content);
    IF instant IS NOT NULL THEN
      content := 'T' || instant[1]::bigint || ' ' || instant[2]::integer;
      kind := 'd';
    END IF;
  END IF;
  RETURN haven.text_bytes(kind) || int4send(octet_length(content)) || haven.text_bytes(content);
END $$;

-- Returns the keys of a record in the given indexes, which have the format of collections.declared_indexes, and the
-- hashes of its values in unique indexes. A deleted record (data is NULL) has none.
CREATE FUNCTION haven.index_keys(
  definitions jsonb, id uuid, version integer, data jsonb, created_at timestamptz, updated_at timestamptz,
  OUT index_id integer, OUT key bytea, OUT is_unique boolean
) RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  definition jsonb;
  members jsonb;
  member jsonb;
  value jsonb;
  as_type text;
  descending boolean;
  prefix bytea; -- of all members but the last
  part bytea; -- of the last member
  identity bytea; -- NULL if a member is missing or null
BEGIN
  IF data IS NULL THEN
    RETURN;
  END IF;
  FOR i IN 0 .. jsonb_array_length(definitions) - 1 LOOP
    definition := definitions -> i;
    members := definition -> 'members';
    index_id := (definition ->> 'id')::integer;
    prefix := '';
    part := '';
    identity := '';
    FOR j IN 0 .. jsonb_array_length(members) - 1 LOOP
      member := members -> j;
      as_type := member ->> 'as';
      descending := member ? 'descending';
      IF member ? 'path' THEN
        value := data -> (member #>> '{path,0}');
        FOR k IN 1 .. jsonb_array_length(member -> 'path') - 1 LOOP
          value := value -> (member -> 'path' ->> k);
        END LOOP;
      ELSE
        value := CASE member ->> 'system'
          WHEN 'id' THEN to_jsonb(id::text)
          WHEN 'version' THEN to_jsonb(version)
          WHEN 'createdAt' THEN to_jsonb(extract(epoch FROM created_at) * 1000)
          WHEN 'updatedAt' THEN to_jsonb(extract(epoch FROM updated_at) * 1000)
        END;
      END IF;
      prefix := prefix || part;
      IF as_type IS NOT NULL AND jsonb_typeof(value) = 'string' THEN
        part := haven.typed_text_key(value #>> '{}', as_type);
      ELSE
        part := haven.value_key(value);
      END IF;
      IF descending THEN
        part := haven.inverted_key(part);
      END IF;
      IF definition ? 'unique' THEN
        identity := CASE WHEN value <> 'null' THEN identity || haven.identity_of(value, as_type) END;
      END IF;
    END LOOP;
    is_unique := false;
    key := substr(prefix || part, 1, 2560);
    RETURN NEXT;
    IF definition ? 'unique' AND identity IS NOT NULL THEN
      is_unique := true;
      key := sha256(identity);
      RETURN NEXT;
    END IF;
    IF jsonb_typeof(value) = 'array' THEN
      is_unique := false;
      FOR key IN
        SELECT DISTINCT substr('\\xee'::bytea || prefix
          || CASE WHEN descending THEN haven.inverted_key(element) ELSE element END, 1, 2560)
        FROM (
          SELECT CASE
            WHEN as_type IS NOT NULL AND jsonb_typeof(e) = 'string' THEN haven.typed_text_key(e #>> '{}', as_type)
            ELSE haven.value_key(e)
          END AS element
          FROM jsonb_array_elements(value) AS e
          WHERE jsonb_typeof(e) NOT IN ('array', 'object')
        ) AS elements
      LOOP
        RETURN NEXT;
      END LOOP;
    END IF;
  END LOOP;
END $$;
`;
