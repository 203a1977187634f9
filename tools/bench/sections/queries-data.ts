/** Words of the texts. Each of them is in three of ten texts. */
const WORDS =
  '{amber,basin,cedar,delta,ember,fjord,grove,harbor,inlet,jetty,knoll,lagoon,meadow,nectar,orchard,prairie,quarry,ridge,summit,tundra}';

/** Number of records whose text has the same rare word. */
const WITH_RARE_WORD = 10;

/**
 * Creates $2 records of about 500 bytes in the collection $1. The times are a millisecond apart, and a text has 24
 * words and a rare one.
 */
export const FILL_SHOP = `
INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
SELECT tenant_id, id, md5(name || n)::uuid, 1, jsonb_build_object(
  'title', 'Product ' || n, 'sku', 'SKU-' || n * 7919 % 1000003, 'price', (n * 37 % 100000) / 100.0, 'stock', n * 13 % 500,
  'city', words[1 + n * 11 % 20], 'active', n % 7 <> 0, 'tags', jsonb_build_array(words[1 + n % 7], words[1 + n * 3 % 20]),
  'maker', jsonb_build_object('name', 'Maker ' || n % 211, 'address', jsonb_build_object('zip', (10000 + n % 89999)::text)),
  'note', 'rare' || n % ($2::integer / ${WITH_RARE_WORD}) || ' ' || note
), at, at
FROM haven.collections, (SELECT '${WORDS}'::text[]) AS list (words), generate_series(1::bigint, $2::integer) AS n
  CROSS JOIN LATERAL (SELECT string_agg(words[1 + (n + i * i) % 20], ' ') FROM generate_series(0, 23) AS i) AS text (note)
  CROSS JOIN LATERAL (SELECT now() - ($2::integer - n) * interval '1 ms') AS time (at)
WHERE name = $1`;

/** Returns a word that ten of so many texts have. */
export function rareWord(number: number, records: number): string {
  return `rare${number % (records / WITH_RARE_WORD)}`;
}
