import { Foundation1764000000000 } from './1764000000000-foundation.js';
import { PlannerStatistics1764060000000 } from './1764060000000-planner-statistics.js';
import { EventOrder1764100000000 } from './1764100000000-event-order.js';
import { IdempotencyKeys1764110000000 } from './1764110000000-idempotency-keys.js';
import { HistoryUpkeep1764120000000 } from './1764120000000-history-upkeep.js';
import { Checkpoints1764125000000 } from './1764125000000-checkpoints.js';
import { EventKeys1764200000000 } from './1764200000000-event-keys.js';
import { Tenants1764210000000 } from './1764210000000-tenants.js';
import { Quotas1764220000000 } from './1764220000000-quotas.js';
import { Webhooks1764300000000 } from './1764300000000-webhooks.js';

import { RecordCache1764310000000 } from './1764310000000-record-cache.js';
import { CacheMaxAge1764320000000 } from './1764320000000-cache-max-age.js';
import { ImportSpool1764400000000 } from './1764400000000-import-spool.js';
import { ResponseBytes1764410000000 } from './1764410000000-response-bytes.js';
import { SchemaText1764430000000 } from './1764430000000-schema-text.js';
import { TextFunctions1764490000000 } from './1764490000000-text-functions.js';
import { IndexEntries1764500000000 } from './1764500000000-index-entries.js';
import { ScopedDocuments1764510000000 } from './1764510000000-scoped-documents.js';
import { AdoptIndexes1764520000000 } from './1764520000000-adopt-indexes.js';
import { References1764530000000 } from './1764530000000-references.js';
import { Search1764600000000 } from './1764600000000-search.js';
import { SearchQueries1764605000000 } from './1764605000000-search-queries.js';
import { RequestStats1764610000000 } from './1764610000000-request-stats.js';
import { CollectionMarks1764620000000 } from './1764620000000-collection-marks.js';
import { RecordsByDocument1764622000000 } from './1764622000000-records-by-document.js';

/** All migrations, oldest first. */
export const migrations = [
  Foundation1764000000000,
  PlannerStatistics1764060000000,
  EventOrder1764100000000,
  IdempotencyKeys1764110000000,
  HistoryUpkeep1764120000000,
  Checkpoints1764125000000,
  EventKeys1764200000000,
  Tenants1764210000000,
  Quotas1764220000000,
  Webhooks1764300000000,
  RecordCache1764310000000,
  CacheMaxAge1764320000000,
  ImportSpool1764400000000,
  ResponseBytes1764410000000,
  SchemaText1764430000000,
  TextFunctions1764490000000,
  IndexEntries1764500000000,
  ScopedDocuments1764510000000,
  AdoptIndexes1764520000000,
  References1764530000000,
  Search1764600000000,
  SearchQueries1764605000000,
  RequestStats1764610000000,
  CollectionMarks1764620000000,
  RecordsByDocument1764622000000,
];
