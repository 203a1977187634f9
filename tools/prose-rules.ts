/** Prose and comments wrap here; code is wrapped by prettier. */
export const MAX_COLUMNS = 120;

/** Paths that are not checked: generated files, and texts that others wrote. */
export const NOT_CHECKED = [
  /^examples\/.*\/generated\//,
  /^docs\/(licences|third-party)/,
  /^LICENSE$/,
  // Generated; their sources are checked.
  /^docs\/(configuration|metrics|errors)\.md$/,
  /\/migrations\//,
  /^tools\/prose-rules\.ts$/,
];

/** Regular expressions of words that are not used here, and what to write instead. */
export const WORDS: readonly { word: string; use: string }[] = [
  { word: 'can not', use: 'cannot' },
  { word: 'whoever|whosoever|whomever', use: 'name the subject: the caller, the client, a process' },
  { word: 'doors?|either door|both doors', use: 'API' },
  { word: 'rooms?', use: 'space, capacity, a free slot' },
  { word: 'hears?|heard|hearing', use: 'receives, is notified, listens' },
  { word: 'tells?|told|telling', use: 'reports, sends, says, returns' },
  { word: 'news', use: 'new data, a notification' },
  { word: 'answer|answers|answered|answering', use: 'response, respond, return' },
  { word: 'he|him|his|himself|she|her', use: 'it, they' },
  { word: 'or else', use: 'otherwise' },
  { word: 'mends?|mended|mending', use: 'fix, repair' },
  { word: 'faces?', use: 'API, interface' },
  { word: 'looks?(?! up\\b| for\\b| like\\b)|looked(?! up\\b| for\\b)', use: 'checks, reads, polls, examines' },
  { word: 'upkeep|chores?', use: 'maintenance, task (the setting `upkeep` stands in backticks)' },
  {
    word: 'couriers?|parcels?|ledgers?|line-ups?|gatekeepers?|tolls?|purses?|crumbs?',
    use: 'a term of worker, request, queue, cost',
  },
  { word: 'rides?|riding|boards|boarded', use: 'shares a connection, is sent together' },
  { word: 'believes?|believed', use: 'trusts, uses, is valid' },
  { word: 'let in|lets in|letting in', use: 'authenticated, admitted, allowed' },
  { word: 'forgets?|forgotten', use: 'deletes, discards, drops, removes' },
  { word: 'remembers?|remembered', use: 'caches, stores, records' },
  { word: 'at hand', use: 'available' },
  { word: 'in vain', use: 'unnecessarily' },
  { word: 'for good', use: 'forever, permanently' },
  { word: 'before long', use: 'soon' },
  { word: 'by and by|ere|thereof|wherefore|hitherto|thence|whence', use: 'plain English' },
  { word: 'meanwhile', use: 'in the meantime, while …' },
  { word: 'of its own accord', use: 'by itself' },
  { word: 'what is (?:sent|written|told|kept|asked|given|left|due|there|new)', use: 'name the thing' },
];

/** Beginnings of comments that are clauses without a subject. */
export const COMMENT_STARTS =
  /^(What|Whoever|Who|Whose|Whom|Wherever|So (many|much|long|often)|By (then|what)|But for|Nobody|Somebody|Hears|Tells|Told)\b/;
