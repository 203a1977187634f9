import pg from 'pg';

interface Table {
  name: string;
  /** Columns whose values are stored, not computed from others. */
  columns: string[];
  identity: string | null;
}

const TABLES = `
SELECT c.relname AS name,
  array_agg(quote_ident(a.attname) ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns,
  max(a.attname) FILTER (WHERE a.attidentity <> '') AS identity
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'haven'::regnamespace AND c.relkind = 'r' AND c.relname <> 'migrations'
GROUP BY c.relname ORDER BY c.relname`;

/**
 * Returns the rows of all tables as statements of SQL, for a database whose last migration is the same. Rows are
 * written as JSON, from which PostgreSQL restores every type that Haven uses.
 */
export async function dumpRows(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows: tables } = await client.query<Table>(TABLES);
    const parts = [
      'SET session_replication_role = replica;',
      `TRUNCATE ${tables.map(({ name }) => `haven.${name}`).join(', ')};`,
    ];
    for (const table of tables) parts.push(...(await dumpTable(client, table)));
    // Numbers of transactions mean nothing in another cluster.
    parts.push('UPDATE haven.sequencer SET mark_position = NULL, mark_xid = NULL;');
    parts.push('SET session_replication_role = origin;');
    return `${parts.join('\n')}\n`;
  } finally {
    await client.end();
  }
}

async function dumpTable(client: pg.Client, { name, columns, identity }: Table): Promise<string[]> {
  const parts: string[] = [];
  const list = columns.join(', ');
  // One row a line, so that a difference between two releases can be read.
  const { rows } = await client.query<{ row: string }>(
    `SELECT to_json(t)::text AS row FROM (SELECT ${list} FROM ONLY haven.${name}) AS t ORDER BY 1`,
  );
  if (rows.length > 0) {
    const json = client.escapeLiteral(`[\n${rows.map(({ row }) => row).join(',\n')}\n]`);
    parts.push(
      `INSERT INTO haven.${name} (${list}) OVERRIDING SYSTEM VALUE
SELECT ${list} FROM json_populate_recordset(NULL::haven.${name}, ${json});`,
    );
  }
  if (identity !== null) {
    const sequence = `pg_get_serial_sequence('haven.${name}', '${identity}')`;
    const { rows: state } = await client.query<{ statement: string }>(
      `SELECT format('SELECT setval(%L, %s, %L);', ${sequence}, last_value, is_called) AS statement
       FROM ${await sequenceOf(client, sequence)}`,
    );
    parts.push(...state.map(({ statement }) => statement));
  }
  return parts;
}

async function sequenceOf(client: pg.Client, expression: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(`SELECT ${expression} AS name`);
  return rows[0]?.name ?? '';
}
