import { escapeLiteral } from 'pg';

import { caseFoldings, caseFoldingVersion } from '@haven/query';

/**
 * The characters outside ASCII that have a case folding, with the characters to which they are folded. `translate`
 * searches from the left, so those of the frequent scripts come first: Latin, Greek and Cyrillic.
 */
const foldings = [...caseFoldings]
  .filter(([character]) => character > '\x7f')
  .sort(([left], [right]) => Number(isFrequent(right)) - Number(isFrequent(left)));
const characters = foldings.map(([from]) => from).join('');
const foldedTo = foldings.map(([, to]) => to).join('');
const byCharacter = JSON.stringify(Object.fromEntries(foldings));

function isFrequent(character: string): boolean {
  return /[\x80-\u017f\u0370-\u045f]/.test(character);
}

/**
 * Implements `foldCase` and `parseInstant` as SQL functions, which a migration creates in the existing schema `haven`.
 * They do not depend on the locale or on ICU, and never raise an error. Index entries contain the results, so a
 * migration that changes a function must also create the entries of caseless or `dateTime` indexes again.
 *
 * `lower` folds ASCII. If the text has other characters to fold, `fold_case` finds which ones, and replaces only those:
 * `translate` compares each character of the text with each that it replaces, so it must not be given the whole table.
 * If there are many, each character of the text is looked up.
 */
export const TEXT_FUNCTIONS = `
CREATE FUNCTION haven.fold_case(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $function$
DECLARE
  folded text := lower(value COLLATE "C");
  found text;
BEGIN
  IF octet_length(value) = char_length(value) THEN
    RETURN folded;
  END IF;
  found := regexp_replace(folded COLLATE "C", ${escapeLiteral(`[^${characters}]+`)}, '', 'g');
  IF found = '' THEN
    RETURN folded;
  END IF;
  IF char_length(found) > 64 THEN
    SELECT string_agg(DISTINCT letter COLLATE "C", '') INTO found FROM string_to_table(found, NULL) AS letter;
  END IF;
  IF char_length(found) > 64 THEN
    RETURN (
      SELECT string_agg(coalesce(${escapeLiteral(byCharacter)}::jsonb ->> letter, letter), '' ORDER BY place)
      FROM string_to_table(folded, NULL) WITH ORDINALITY AS letters (letter, place)
    );
  END IF;
  RETURN translate(folded, found, translate(found, ${escapeLiteral(characters)}, ${escapeLiteral(foldedTo)}));
END
$function$;

COMMENT ON FUNCTION haven.fold_case(text) IS ${escapeLiteral(`Simple case folding of ${caseFoldingVersion}`)};

CREATE FUNCTION haven.instant(value text) RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $function$
DECLARE
  zone text := substr(value, 20);
  nanos integer := 0;
  year integer;
  month integer;
  day integer;
  minutes bigint;
BEGIN
  IF left(value, 19) COLLATE "C" !~
    '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)$'
  THEN
    RETURN NULL;
  END IF;
  IF zone COLLATE "C" ~ '^[.][0-9]' THEN
    zone := ltrim(substr(value, 21), '0123456789');
    nanos := rpad(left(substr(value, 21, 9), char_length(value) - 20 - char_length(zone)), 9, '0');
  END IF;
  IF zone <> 'Z' AND (octet_length(zone) > 6 OR zone COLLATE "C" !~ '^([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$') THEN
    RETURN NULL;
  END IF;
  year := left(value, 4);
  month := substr(value, 6, 2);
  day := substr(value, 9, 2);
  IF day > 28 AND (
    day = 31 AND month IN (4, 6, 9, 11)
    OR month = 2 AND (day > 29 OR year % 4 <> 0 OR year % 100 = 0 AND year % 400 <> 0)
  ) THEN
    RETURN NULL;
  END IF;
  -- Years start in March, so that leap days come last. There are 865565 days from March 1 of the year -400 to
  -- 1970-01-01.
  year := year + CASE WHEN month > 2 THEN 400 ELSE 399 END;
  minutes := (year * 365 + year / 4 - year / 100 + year / 400 + (153 * ((month + 9) % 12) + 2) / 5 + day - 1 - 865565)
    * 1440::bigint + substr(value, 12, 2)::integer * 60 + substr(value, 15, 2)::integer;
  IF octet_length(zone) = 6 THEN
    minutes := minutes
      - (left(zone, 1) || '1')::integer * (substr(zone, 2, 2)::integer * 60 + substr(zone, 5, 2)::integer);
  END IF;
  IF substr(value, 18, 2) <> '60' THEN
    RETURN ARRAY[minutes * 60 + substr(value, 18, 2)::integer, nanos];
  END IF;
  RETURN CASE WHEN (minutes % 1440 + 1440) % 1440 = 1439 THEN ARRAY[minutes * 60 + 59, 1000000000 + nanos] END;
END
$function$;
`;

/** Drops the functions that `TEXT_FUNCTIONS` creates. */
export const DROP_TEXT_FUNCTIONS = 'DROP FUNCTION haven.instant, haven.fold_case';
