-- Replacements for Citus's functions. They reject what Citus rejects according to its manual: a unique constraint of a
-- distributed table without the distribution column, and a foreign key without it or from a reference table to a
-- distributed table.
CREATE TABLE public.spread (relation regclass PRIMARY KEY, how text NOT NULL);

CREATE FUNCTION public.create_reference_table(relation regclass) RETURNS void LANGUAGE sql AS $$
  INSERT INTO public.spread VALUES (relation, 'reference');
$$;

CREATE FUNCTION public.create_distributed_table(relation regclass, by text, colocate_with text DEFAULT 'default')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE part regclass; flaw text;
BEGIN
  FOR part IN SELECT relid FROM pg_partition_tree(relation) UNION SELECT relation LOOP
    SELECT format('%s does not contain %I', i.indexrelid::regclass, by) INTO flaw FROM pg_index AS i
    WHERE i.indrelid = part AND i.indisunique AND NOT EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = part AND attname = by AND attnum = ANY (i.indkey));
    IF flaw IS NOT NULL THEN RAISE EXCEPTION 'cannot distribute %: %', part, flaw; END IF;
    SELECT format('%I does not contain %I', c.conname, by) INTO flaw FROM pg_constraint AS c
    WHERE c.contype = 'f' AND part IN (c.conrelid, c.confrelid) AND NOT EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = c.conrelid AND attname = by AND attnum = ANY (c.conkey));
    IF flaw IS NOT NULL THEN RAISE EXCEPTION 'cannot distribute %: %', part, flaw; END IF;
    INSERT INTO public.spread VALUES (part, 'distributed');
  END LOOP;
END $$;
