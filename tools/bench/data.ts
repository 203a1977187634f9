/** Number of records in the benchmark, of about 500 bytes each. */
export const RECORDS = 100_000;

/** Number of records with the same `group` or `lot`, which the selective filters find. */
const GROUP_SIZE = 40;

/** Returns the id of a record, the same in each run. */
export function recordId(number: number): string {
  return `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** Returns a product of a shop, the same in each run: a few types, some nesting, one long text. */
export function document(number: number) {
  return {
    title: `Product ${number} ${WORDS[number % WORDS.length]}`,
    sku: `SKU-${(number * 7919) % 1_000_003}`,
    group: group(number % (RECORDS / GROUP_SIZE)),
    lot: lot((number * 7) % (RECORDS / GROUP_SIZE)),
    price: ((number * 37) % 100_000) / 100,
    stock: (number * 13) % 500,
    active: number % 7 !== 0,
    tags: [WORDS[number % 7], WORDS[(number * 3) % WORDS.length], WORDS[(number * 5) % WORDS.length]],
    maker: {
      name: `Maker ${number % 211}`,
      address: { city: WORDS[(number * 11) % WORDS.length], zip: String(10_000 + (number % 89_999)) },
    },
    note: Array.from({ length: 24 }, (_, index) => WORDS[(number + index * index) % WORDS.length]).join(' '),
  };
}

function group(number: number): string {
  return `group-${number}`;
}

function lot(number: number): string {
  return `lot-${number}`;
}

/** Returns a filter by a declared path that matches 40 of all records. */
export function selectiveFilter(number: number): { group: string } {
  return { group: group(number % (RECORDS / GROUP_SIZE)) };
}

/** Returns a filter by a path that is not declared, which matches 40 of all records. */
export function undeclaredFilter(number: number): { lot: string } {
  return { lot: lot(number % (RECORDS / GROUP_SIZE)) };
}

const WORDS =
  'amber basin cedar delta ember fjord grove harbor inlet jetty knoll lagoon meadow nectar orchard prairie quarry ridge summit tundra'.split(
    ' ',
  );
