import { printField } from '@haven/query';
import type { Field, IndexMember } from '@haven/query';

import type { GroupMeasures } from '../domain/record-aggregates.js';
import type { EntryField } from './entry-rows-sql.js';
import { bitsSql, decimalSql, doubleSql, jsonOfPartSql, rankSql, scaledSql, thousandthsSql } from './key-parts-sql.js';
import { inLayers } from './sql-layers.js';
import type { Layer } from './sql-layers.js';

type GroupMeasure = GroupMeasures['measures'][number];

/**
 * Groups the rows of `entryRowsSql`. The columns of the result are those of `AggregateRow`. Numbers are added as whole
 * thousandths if they are decimals with at most three places, as most are; only others become `numeric`. The column
 * `flag` is true for a group if it is true for one of its rows.
 */
export function entryGroupsSql(
  rows: string,
  fields: readonly EntryField[],
  query: GroupMeasures,
  flag?: 'partial',
): string {
  const keys = query.groupBy.map(({ field }) => fieldAt(fields, field));
  const layers = [valueColumns, numberColumns, sumColumns].map((columns) => layerOf(fields, columns));
  const source = inLayers(`SELECT * FROM (${rows}) AS entry`, layers);
  const groupedBy = [...new Set(keys.flatMap(({ place }) => [`g${place}`, `j${place}`]))];
  const measures = query.measures.map((measure, nr) => `${measureSql(measure, fields)} AS a${nr}`);
  const flags = flag ? [`bool_or(${flag}) AS ${flag}`] : [];
  const groups = `SELECT ${[...groupedBy, ...measures, ...flags].join(', ')} FROM (${source}) AS source
    ${groupedBy.length > 0 ? `GROUP BY ${groupedBy.join(', ')}` : ''}`;
  const decoded = inLayers(groups, [layerOf(keys, ascendingPart), layerOf(keys, bitsOfPart)]);
  const texts = [
    ...keys.map(({ place }, nr) => `coalesce(j${place}::text, ${jsonOfPartSql(`q${place}`, `b${place}`)}) AS k${nr}`),
    ...query.measures.map(({ kind }, nr) => `${textSql(kind, `a${nr}`)} AS m${nr}`),
    ...(flag ? [flag] : []),
  ];
  return `SELECT ${texts.join(', ')} FROM (${decoded}) AS decoded`;
}

function layerOf(fields: readonly EntryField[], columns: (field: EntryField) => Layer): Layer {
  return Object.assign({}, ...fields.map(columns)) as Layer; // `assign` returns `any`
}

function fieldAt(fields: readonly EntryField[], field: Field): EntryField {
  const found = fields.find(({ path }) => printField({ path }) === printField(field));
  if (!found) throw new Error('The rows have columns for all fields of the query.');
  return found;
}

/**
 * The columns `g` for the part of a value that is present, `b` for the bits of a number, and `t` for the bytes of a
 * string in hexadecimal, whose order is that of the code points.
 */
function valueColumns({ member, place, uses }: EntryField): Layer {
  const [part, json] = [`p${place}`, `j${place}`];
  const rank = rankSql(part, '0', member);
  const isUsed = (...kinds: readonly GroupMeasure['kind'][]): boolean => kinds.some((kind) => uses.has(kind));
  const text = `CASE WHEN ${json} IS NULL THEN substr(${ascendingSql(part, member)}, 2)
    ELSE haven.text_bytes(${json} #>> '{}') || '\\x00' END`;
  return {
    ...((uses.has('group') || isUsed('present', 'distinct')) && {
      [`g${place}`]: `CASE WHEN ${rank} >= 2 THEN ${part} END`,
    }),
    ...(isUsed('numbers', 'sum', 'leastNumber', 'greatestNumber', 'percentile') && {
      [`b${place}`]: bitsSql(part, member),
    }),
    ...(isUsed('strings', 'leastString', 'greatestString') && {
      [`t${place}`]: `CASE WHEN ${rank} = 4 THEN ${isUsed('leastString', 'greatestString') ? `encode(${text}, 'hex') COLLATE "C"` : 'TRUE'} END`,
    }),
  };
}

/** The column `d` for the number as a double, and the columns from which `sumColumns` calculates. */
function numberColumns({ place, uses }: EntryField): Layer {
  const { shift, scaled } = scaledSql(`b${place}`);
  return {
    ...(uses.has('percentile') && { [`d${place}`]: doubleSql(`b${place}`) }),
    ...(uses.has('sum') && { [`shift${place}`]: shift, [`scaled${place}`]: scaled }),
  };
}

/** The column `e` for the thousandths of all `n` equal numbers. */
function sumColumns({ place, uses }: EntryField): Layer {
  if (!uses.has('sum')) return {};
  const columns = { shift: `shift${place}`, scaled: `scaled${place}` };
  return { [`e${place}`]: thousandthsSql(`b${place}`, columns, 'n') };
}

function measureSql(measure: GroupMeasure, fields: readonly EntryField[]): string {
  const sumOf = (condition: string): string => `coalesce(sum(n) FILTER (WHERE ${condition}), 0)`;
  if (measure.kind === 'records') return sumOf('TRUE');
  if (measure.kind === 'unbucketed') throw new Error('Entries are not read for buckets.');
  const { place } = fieldAt(fields, measure.field);
  const [g, b, d, e, j, t] = ['g', 'b', 'd', 'e', 'j', 't'].map((name) => `${name}${place}`);
  switch (measure.kind) {
    case 'present':
      return sumOf(`${g} IS NOT NULL`);
    case 'numbers':
      return sumOf(`${b} IS NOT NULL`);
    case 'strings':
      return sumOf(`${t} IS NOT NULL`);
    case 'distinct':
      return `count(DISTINCT ${g}) FILTER (WHERE ${j} IS NULL) + count(DISTINCT ${j})`;
    case 'sum':
      return `CASE WHEN count(${b}) > 0 THEN coalesce(sum(${e}) * 0.001, 0)
        + coalesce(sum(CASE WHEN ${e} IS NULL THEN ${decimalSql(`b${place}`)} * n END), 0) END`;
    case 'leastNumber':
      return `min(${b})`;
    case 'greatestNumber':
      return `max(${b})`;
    case 'leastString':
      return `min(${t})`;
    case 'greatestString':
      return `max(${t})`;
    case 'percentile':
      return `percentile_cont(${measure.fraction}) WITHIN GROUP (ORDER BY ${d})`;
  }
}

/** Returns the text of a measure, from the result of its expression. */
function textSql(kind: GroupMeasure['kind'], result: string): string {
  switch (kind) {
    case 'leastNumber':
    case 'greatestNumber':
      return `${decimalSql(result)}::text`;
    case 'leastString':
    case 'greatestString':
      return `convert_from(decode(left(${result}, -2), 'hex'), 'UTF8')`; // without the 0 byte
    default:
      return `${result}::text`;
  }
}

const ASCENDING = { direction: 'ascending' } as const;

/** The column `q` for the part of a group in ascending order. */
function ascendingPart({ member, place }: EntryField): Layer {
  return { [`q${place}`]: ascendingSql(`g${place}`, member) };
}

/** The column `b` for the bits of a group whose value is a number. */
function bitsOfPart({ place }: EntryField): Layer {
  return { [`b${place}`]: bitsSql(`q${place}`, ASCENDING) };
}

function ascendingSql(part: string, { direction }: Pick<IndexMember, 'direction'>): string {
  return direction === 'ascending' ? part : `haven.inverted_key(${part})`;
}
