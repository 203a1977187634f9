/**
 * Characters outside ASCII that separate words: all but letters, marks and numbers of Unicode 17, as hexadecimal
 * ranges. Characters that this version does not assign are part of words, unless they are between separators.
 */
const SEPARATORS = `
  80-a9 ab-b1 b4 b6-b8 bb bf d7 f7 2c2-2c5 2d2-2df 2e5-2eb 2ed 2ef-2ff 375 37e 384-385 387 3f6 482 55a-55f 589-58f 5be
  5c0 5c3 5c6 5f3-60f 61b-61f 66a-66d 6d4 6dd-6de 6e9 6fd-6fe 700-70f 7f6-7f9 7fe-7ff 830-83e 85e 888 890-891 8e2
  964-965 970 9f2-9f3 9fa-9fb 9fd a76 af0-af1 b70 bf3-bfa c77 c7f c84 d4f d79 df4 e3f e4f e5a-e5b f01-f17 f1a-f1f f34
  f36 f38 f3a-f3d f85 fbe-fc5 fc7-fda 104a-104f 109e-109f 10fb 1360-1368 1390-1399 1400 166d-166e 1680 169b-169c
  16eb-16ed 1735-1736 17d4-17d6 17d8-17db 1800-180a 180e 1940-1945 19de-19ff 1a1e-1a1f 1aa0-1aa6 1aa8-1aad 1b4e-1b4f
  1b5a-1b6a 1b74-1b7f 1bfc-1bff 1c3b-1c3f 1c7e-1c7f 1cc0-1cc7 1cd3 1fbd 1fbf-1fc1 1fcd-1fcf 1fdd-1fdf 1fed-1fef
  1ffd-206f 207a-207e 208a-208e 20a0-20c1 2100-2101 2103-2106 2108-2109 2114 2116-2118 211e-2123 2125 2127 2129 212e
  213a-213b 2140-2144 214a-214d 214f 218a-244a 249c-24e9 2500-2775 2794-2bff 2ce5-2cea 2cf9-2cfc 2cfe-2cff 2d70
  2e00-2e2e 2e30-3004 3008-3020 3030 3036-3037 303d-303f 309b-309c 30a0 30fb 3190-3191 3196-319f 31c0-31ef 3200-321e
  322a-3247 3250 3260-327f 328a-32b0 32c0-33ff 4dc0-4dff a490-a4c6 a4fe-a4ff a60d-a60f a673 a67e a6f2-a716 a720-a721
  a789-a78a a828-a82b a836-a839 a874-a877 a8ce-a8cf a8f8-a8fa a8fc a92e-a92f a95f a9c1-a9cd a9de-a9df aa5c-aa5f
  aa77-aa79 aade-aadf aaf0-aaf1 ab5b ab6a-ab6b abeb e000-f8ff fb29 fbb2-fbd2 fd3e-fd4f fd90-fd91 fdc8-fdcf fdfc-fdff
  fe10-fe19 fe30-fe6b feff-ff0f ff1a-ff20 ff3b-ff40 ff5b-ff65 ffe0-fffd 10100-10102 10137-1013f 10179-10189
  1018c-101fc 1039f 103d0 1056f 10857 10877-10878 1091f 1093f 10a50-10a58 10a7f 10ac8 10af0-10af6 10b39-10b3f
  10b99-10b9c 10d6e 10d8e-10d8f 10ead 10ed0-10ed8 10f55-10f59 10f86-10f89 11047-1104d 110bb-110c1 110cd 11140-11143
  11174-11175 111c5-111c8 111cd 111db 111dd-111df 11238-1123d 112a9 113d4-113d8 1144b-1144f 1145a-1145d 114c6
  115c1-115d7 11641-11643 11660-1166c 116b9 1173c-1173f 1183b 11944-11946 119e2 11a3f-11a46 11a9a-11a9c 11a9e-11aa2
  11b00-11b09 11be1 11c41-11c45 11c70-11c71 11ef7-11ef8 11f43-11f4f 11fd5-11fff 12470-12474 12ff1-12ff2 13430-1343f
  16a6e-16a6f 16af5 16b37-16b3f 16b44-16b45 16d6d-16d6f 16e97-16e9a 16fe2 1bc9c 1bc9f-1ccef 1ccfa-1cef0 1cf50-1d164
  1d16a-1d16c 1d173-1d17a 1d183-1d184 1d18c-1d1a9 1d1ae-1d241 1d245 1d300-1d356 1d6c1 1d6db 1d6fb 1d715 1d735 1d74f
  1d76f 1d789 1d7a9 1d7c3 1d800-1d9ff 1da37-1da3a 1da6d-1da74 1da76-1da83 1da85-1da8b 1e14f 1e2ff 1e5ff 1e95e-1e95f
  1ecac 1ecb0 1ed2e 1eef0-1f0f5 1f10d-1fbef 1fbfa e0001-e007f f0000-10fffd
`;

/** Characters that are not visible and may occur inside a word, such as soft hyphens and variation selectors. */
const IGNORED = 'ad 34f 61c 180b-180f 200c-200f 2060-2064 fe00-fe0f feff e0100-e01ef';

/**
 * Letters of scripts that are written without spaces between words: Thai, Lao, Myanmar, Khmer, and those of Chinese and
 * Japanese. Each of them is a word, so a search for several of them is a search for a phrase.
 */
const UNSPACED =
  'e01-e4e e81-edf 1000-109f 1780-17dd 3005-3007 3041-3096 309d-309f 30a1-30fa 30fc-30ff 3400-4dbf 4e00-9fff f900-faff ' +
  '1b000-1b16f 20000-323af';

/** Returns the items of a bracket expression of PostgreSQL. */
function charactersOf(ranges: string): string {
  return ranges
    .trim()
    .replace(/[0-9a-f]+/g, (code) => `\\U${code.padStart(8, '0')}`)
    .replace(/\s+/g, '');
}

/** Number of bytes of text that are indexed of each record, after characters have been brought to one form. */
const MOST_BYTES = 262_144;

/**
 * Number of different words up to which the text of a record is indexed. With it, a document cannot exceed the limit of
 * `tsvector`, 1,048,575 bytes, even if the words have one letter: each takes at most 12 bytes besides its letters, and
 * each of its positions 2 bytes.
 */
const MOST_WORDS = 40_000;

/** Number of characters of a word that are compared. PostgreSQL allows 2,046 bytes. */
const MOST_CHARACTERS = 256;

/** Last position that is exact. A lexeme after it has the last possible position, where no phrase is found. */
const LAST_POSITION = 16_000;

/** Number of positions between two strings, so that a phrase is not found across them. */
const GAP = 10;

/**
 * Number of strings of an array or an object that are read: with the gaps between them, they fill the indexed bytes.
 */
const MOST_STRINGS = Math.ceil(MOST_BYTES / (2 * GAP + 1));

/** The lexeme of a word, or NULL for a stop word. */
const LEXEME = '(ts_lexize(dictionaries[CASE WHEN octet_length(word) = char_length(word) THEN 1 ELSE 2 END], word))[1]';

/**
 * The text that is searched, as SQL functions, which a migration creates in the schema `haven` after `fold_case` and
 * `text_bytes`. The documents contain the results, so a migration that changes a function must also build them anew. No
 * function raises an error for any document.
 *
 * PostgreSQL's parser is not used: its words depend on the locale of the database, and some of its rules would
 * surprise, such as that `and/or` is the name of a file. A word is a sequence of letters, marks and numbers, and
 * everything else separates words. Only the dictionaries, which remove endings and stop words, are PostgreSQL's.
 *
 * Every lexeme begins with the number of its index, so that no two indexes share an entry of the GIN index.
 */
export const SEARCH_FUNCTIONS = `
-- Returns the first bytes of a text without cutting a character.
CREATE FUNCTION haven.first_bytes(value text, most integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  bytes bytea;
BEGIN
  IF octet_length(value) <= most THEN
    RETURN value;
  END IF;
  bytes := haven.text_bytes(left(value, most + 1));
  WHILE most > 0 AND get_byte(bytes, most) & 192 = 128 LOOP
    most := most - 1;
  END LOOP;
  RETURN convert_from(substr(bytes, 1, most), 'UTF8');
END $$;

-- Returns a text without case and invisible characters, and with one form of each character (NFKC).
CREATE FUNCTION haven.search_text(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF octet_length(value) = char_length(value) THEN
    RETURN lower(value COLLATE "C");
  END IF;
  value := normalize(regexp_replace(value COLLATE "C", '[${charactersOf(IGNORED)}]+', '', 'g'), NFKC);
  RETURN haven.fold_case(translate(value, 'İ', 'i')); -- which has no simple case folding
END $$;

-- Splits a result of search_text into words. The character U+0001, which separates no words, is one between strings.
CREATE FUNCTION haven.search_words(value text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF octet_length(value) = char_length(value) THEN
    value := regexp_replace(value COLLATE "C", '[^a-z0-9\\x01]+', ' ', 'g');
  ELSE
    value := regexp_replace(value COLLATE "C", '[\\x02-/:-\`{-\\x7f${charactersOf(SEPARATORS)}]+', ' ', 'g');
    value := regexp_replace(value COLLATE "C", '([${charactersOf(UNSPACED)}])', ' \\1 ', 'g');
  END IF;
  RETURN array_remove(string_to_array(value, ' '), '');
END $$;

-- Returns the dictionary for words of ASCII characters, and that for other words; NULL if words are compared as they are.
CREATE FUNCTION haven.search_dictionaries(language text) RETURNS regdictionary[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF language = 'simple' THEN
    RETURN NULL;
  END IF;
  RETURN ARRAY[
    'pg_catalog.' || CASE WHEN language IN ('hindi', 'russian') THEN 'english' ELSE language END || '_stem',
    'pg_catalog.' || language || '_stem'
  ]::regdictionary[];
END $$;

-- Returns the values at the paths of a definition, or NULL for a deleted record.
CREATE FUNCTION haven.searched_values(definition jsonb, data jsonb) RETURNS jsonb[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  path jsonb;
  value jsonb;
  found jsonb[] := '{}';
BEGIN
  IF data IS NULL THEN
    RETURN NULL;
  END IF;
  FOR i IN 0 .. jsonb_array_length(definition -> 'paths') - 1 LOOP
    path := definition -> 'paths' -> i;
    value := data;
    FOR j IN 0 .. jsonb_array_length(path) - 1 LOOP
      value := value -> (path ->> j);
    END LOOP;
    found := found || coalesce(value, 'null');
  END LOOP;
  RETURN found;
END $$;

-- Returns the first strings in an array or an object, at most this number. A path query with \`$.**\` took 36 microseconds
-- for each string of a long array.
CREATE FUNCTION haven.strings_in(value jsonb, most integer) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  item jsonb;
  found text[] := '{}';
BEGIN
  FOR item IN
    SELECT element FROM jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value END) AS element
    UNION ALL
    SELECT member.value FROM jsonb_each(CASE jsonb_typeof(value) WHEN 'object' THEN value END) AS member
  LOOP
    EXIT WHEN cardinality(found) >= most;
    IF jsonb_typeof(item) = 'string' THEN
      found := found || (item #>> '{}');
    ELSIF jsonb_typeof(item) IN ('array', 'object') THEN
      found := found || haven.strings_in(item, most - cardinality(found));
    END IF;
  END LOOP;
  RETURN found;
END $$;

-- Returns the strings in an array or an object as one text, or NULL if there are none.
CREATE FUNCTION haven.joined_strings(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT string_agg(translate(item, e'\\x01', ' '), e' ${'\\x01 '.repeat(GAP)}' ORDER BY place)
  FROM unnest(haven.strings_in(value, ${MOST_STRINGS})) WITH ORDINALITY AS items (item, place)
);

-- Returns the lexemes of a record with their positions. The definition has the format of collections.search. The first
-- paths have more weight than others. Empty for a deleted record.
CREATE FUNCTION haven.search_document(definition jsonb, data jsonb) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  scope text := '''' || to_hex((definition ->> 'id')::integer) || '/';
  dictionaries regdictionary[] := haven.search_dictionaries(definition ->> 'language');
  left_bytes integer := ${MOST_BYTES};
  value jsonb;
  content text;
  words text[] := '{}';
  ends integer[] := '{}'; -- number of words up to the end of each path
  next_place integer; -- of the first word that is too many
  document text;
BEGIN
  FOREACH value IN ARRAY coalesce(haven.searched_values(definition, data), '{}') LOOP
    content := CASE jsonb_typeof(value)
      WHEN 'string' THEN translate(value #>> '{}', e'\\x01', ' ')
      WHEN 'array' THEN haven.joined_strings(value)
      WHEN 'object' THEN haven.joined_strings(value)
    END;
    IF content <> '' AND left_bytes > 0 THEN
      content := haven.first_bytes(haven.search_text(haven.first_bytes(content, left_bytes)), left_bytes);
      left_bytes := left_bytes - octet_length(content);
      words := words || haven.search_words(content) || array_fill(e'\\x01'::text, ARRAY[${GAP}]);
    END IF;
    ends := ends || cardinality(words);
  END LOOP;
  IF cardinality(words) > ${MOST_WORDS} THEN
    SELECT min(place) INTO next_place FROM (
      SELECT min(place) AS place FROM unnest(words) WITH ORDINALITY AS w (word, place)
      GROUP BY left(word, ${MOST_CHARACTERS}) ORDER BY 1 OFFSET ${MOST_WORDS} LIMIT 1
    ) AS next_word;
    words := words[: coalesce(next_place - 1, cardinality(words))];
  END IF;
  SELECT string_agg(scope || lexeme || ''':' || places, ' ') INTO document FROM (
    SELECT CASE WHEN dictionaries IS NULL THEN word ELSE ${LEXEME} END AS lexeme, coalesce(
      string_agg(place || CASE WHEN place <= ends[1] THEN 'A' WHEN place <= ends[2] THEN 'B'
        WHEN place <= ends[3] THEN 'C' ELSE 'D' END, ',') FILTER (WHERE place <= ${LAST_POSITION}),
      '16383') AS places
    FROM (
      SELECT left(each, ${MOST_CHARACTERS}) AS word, place FROM unnest(words) WITH ORDINALITY AS w (each, place)
      WHERE each <> e'\\x01'
    ) AS located GROUP BY 1
  ) AS lexemes WHERE lexeme IS NOT NULL;
  RETURN coalesce(document, '')::tsvector;
END $$;

-- Returns the query of search terms: \`[{"text": "dune", "as": "word", "excluded": false}]\`, where \`as\` is \`word\`,
-- \`prefix\` or \`phrase\`. A term of several words is a phrase. Terms of stop words only are left out. Matches nothing if
-- no term is left that is not excluded: no lexeme is empty.
CREATE FUNCTION haven.search_query(index_id integer, language text, terms jsonb) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  scope text := '''' || to_hex(index_id) || '/';
  dictionaries regdictionary[] := haven.search_dictionaries(language);
  term jsonb;
  words text[];
  word text;
  lexeme text;
  phrase text;
  last_place integer;
  required text[] := '{}';
  excluded text[] := '{}';
BEGIN
  FOR i IN 0 .. jsonb_array_length(terms) - 1 LOOP
    term := terms -> i;
    words := haven.search_words(haven.search_text(translate(term ->> 'text', e'\\x01', ' ')));
    phrase := NULL;
    FOR place IN 1 .. cardinality(words) LOOP
      word := left(words[place], ${MOST_CHARACTERS});
      lexeme := CASE WHEN dictionaries IS NULL THEN word ELSE ${LEXEME} END;
      IF place = cardinality(words) AND term ->> 'as' = 'prefix' THEN
        lexeme := '(' || scope || coalesce(lexeme, word) || ''':* | ' || scope || word || ''':*)';
      ELSE
        CONTINUE WHEN lexeme IS NULL;
        lexeme := scope || lexeme || '''';
      END IF;
      phrase := coalesce(phrase || ' <' || place - last_place || '> ', '') || lexeme;
      last_place := place;
    END LOOP;
    CONTINUE WHEN phrase IS NULL;
    IF (term -> 'excluded')::boolean THEN
      excluded := excluded || ('!(' || phrase || ')');
    ELSE
      required := required || ('(' || phrase || ')');
    END IF;
  END LOOP;
  RETURN CASE WHEN required = '{}' THEN scope || '''' ELSE array_to_string(required || excluded, ' & ') END::tsquery;
END $$;
`;

/** Drops the functions that `SEARCH_FUNCTIONS` creates. */
export const DROP_SEARCH_FUNCTIONS = `
DROP FUNCTION haven.search_query, haven.search_document, haven.joined_strings, haven.strings_in, haven.searched_values,
  haven.search_dictionaries, haven.search_words, haven.search_text, haven.first_bytes`;
