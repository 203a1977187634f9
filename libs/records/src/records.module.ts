import { Module } from '@nestjs/common';

import { ApiModule } from '@haven/api';
import { CollectionRecordsPort, CollectionCacheModule } from '@haven/collections';
import { DryRunModule } from '@haven/dry-run';
import { EventsModule } from '@haven/events';
import { IdempotencyModule } from '@haven/idempotency';
import { UsageModule } from '@haven/usage';

import { AggregatesService } from './application/aggregates.service.js';
import { BatchedImport } from './application/batched-import.js';
import { BatchService } from './application/batch.service.js';
import { ExportService } from './application/export.service.js';
import { CsvImport } from './application/csv-import.js';
import { ImportLinks } from './application/import-links.js';
import { ImportLineParser } from './application/import-line-parser.js';
import { ImportUpserts } from './application/import-upserts.js';
import { ImportService } from './application/import.service.js';
import { ImportRateLimiter } from './application/import-rate-limiter.js';
import { AsOfResolver } from './application/as-of-resolver.js';
import { HistoryLoader } from './application/history-loader.js';
import { ListTags } from './application/list-tags.js';
import { RecordCache } from './application/record-cache.js';
import { RecordHistoryService } from './application/record-history.service.js';
import { RecordExpander } from './application/record-expander.js';
import { RecordQueriesService } from './application/record-queries.service.js';
import { DeletionEffects } from './application/deletion-effects.js';
import { LinkChecker } from './application/link-checker.js';
import { RecordMerger } from './application/record-merger.js';
import { RecordWriter } from './application/record-writer.js';
import { RecordsByFilterService } from './application/records-by-filter.service.js';
import { RecordsByKeyService } from './application/records-by-key.service.js';
import { RecordQueryParser } from './application/record-query-parser.js';
import { RelatedPages } from './application/related-pages.js';
import { RelatedRecordsService } from './application/related-records.service.js';
import { RecordsService } from './application/records.service.js';
import { RedisRecords } from './application/redis-records.js';
import { FilteredRecords } from './domain/filtered-records.js';
import { ImportSpool } from './domain/import-spool.js';
import { RecordHistory } from './domain/record-history.js';
import { RecordAggregates } from './domain/record-aggregates.js';
import { CollectionStates } from './domain/collection-states.js';
import { RecordReader } from './domain/record-reader.js';
import { RecordSnapshots } from './domain/record-snapshots.js';
import { LinkTargets } from './domain/link-targets.js';
import { RecordStore } from './domain/record-store.js';
import { RelatedRecords } from './domain/related-records.js';
import { ReferringRecords } from './domain/referring-records.js';
import { UniqueValues } from './domain/unique-values.js';
import { PgCollectionRecords } from './infrastructure/collection-records.pg.js';
import { PgFilteredRecords } from './infrastructure/filtered-records.pg.js';
import { PgImportSpool } from './infrastructure/import-spool.pg.js';
import { IndexMaintenance } from './infrastructure/index-maintenance.js';
import { PgRecordAggregates } from './infrastructure/record-aggregates.pg.js';
import { PgRecordHistory } from './infrastructure/record-history.pg.js';
import { PgCollectionStates } from './infrastructure/collection-states.pg.js';
import { PgRecordReader } from './infrastructure/record-reader.pg.js';
import { PgRecordSnapshots } from './infrastructure/record-snapshots.pg.js';
import { PgLinkTargets } from './infrastructure/link-targets.pg.js';
import { PgRelatedRecords } from './infrastructure/related-records.pg.js';
import { PgReferringRecords } from './infrastructure/referring-records.pg.js';
import { PgRecordStore } from './infrastructure/record-store.pg.js';
import { PgUniqueValues } from './infrastructure/unique-values.pg.js';
import { StaleImports } from './infrastructure/stale-imports.js';
import { AggregatesController } from './interface/aggregates.controller.js';
import { AggregatesResolver } from './interface/aggregates.resolver.js';
import { BatchController } from './interface/batch.controller.js';
import { BatchResolver } from './interface/batch.resolver.js';
import { RecordHistoryController } from './interface/record-history.controller.js';
import { RecordHistoryResolver } from './interface/record-history.resolver.js';
import { RecordQueriesController } from './interface/record-queries.controller.js';
import { RecordQueriesResolver } from './interface/record-queries.resolver.js';
import { RecordsByFilterController } from './interface/records-by-filter.controller.js';
import { RecordsByKeyController } from './interface/records-by-key.controller.js';
import { RecordsByFilterResolver } from './interface/records-by-filter.resolver.js';
import { RecordsByKeyResolver } from './interface/records-by-key.resolver.js';
import { RecordsController } from './interface/records.controller.js';
import { RecordsResolver } from './interface/records.resolver.js';
import { TransferController } from './interface/transfer.controller.js';

/**
 * Provides records with their history, queries, batches, import and export. Also gives the collections library access
 * to records.
 */
@Module({
  imports: [ApiModule, CollectionCacheModule, DryRunModule, EventsModule, IdempotencyModule, UsageModule],
  controllers: [
    AggregatesController,
    BatchController,
    RecordQueriesController,
    TransferController,
    RecordsByFilterController,
    RecordsByKeyController,
    RecordsController,
    RecordHistoryController,
  ],
  providers: [
    RecordsService,
    RecordsByFilterService,
    RecordHistoryService,
    HistoryLoader,
    RecordsByKeyService,
    RecordMerger,
    RecordWriter,
    LinkChecker,
    DeletionEffects,
    RecordCache,
    ListTags,
    RecordExpander,
    RedisRecords,
    AsOfResolver,
    RecordQueryParser,
    AggregatesService,
    AggregatesResolver,
    RecordQueriesService,
    RelatedPages,
    RelatedRecordsService,
    ImportService,
    ImportRateLimiter,
    ImportLinks,
    BatchedImport,
    ImportUpserts,
    ImportLineParser,
    CsvImport,
    StaleImports,
    ExportService,
    BatchService,
    BatchResolver,
    IndexMaintenance,
    RecordsResolver,
    RecordsByFilterResolver,
    RecordHistoryResolver,
    RecordsByKeyResolver,
    RecordQueriesResolver,
    { provide: FilteredRecords, useClass: PgFilteredRecords },
    { provide: RecordStore, useClass: PgRecordStore },
    { provide: LinkTargets, useClass: PgLinkTargets },
    { provide: RelatedRecords, useClass: PgRelatedRecords },
    { provide: ReferringRecords, useClass: PgReferringRecords },
    { provide: UniqueValues, useClass: PgUniqueValues },
    { provide: ImportSpool, useClass: PgImportSpool },
    { provide: RecordHistory, useClass: PgRecordHistory },
    { provide: RecordAggregates, useClass: PgRecordAggregates },
    { provide: CollectionStates, useClass: PgCollectionStates },
    { provide: RecordReader, useClass: PgRecordReader },
    { provide: RecordSnapshots, useClass: PgRecordSnapshots },
    { provide: CollectionRecordsPort, useClass: PgCollectionRecords },
  ],
  exports: [AggregatesService, CollectionRecordsPort, RelatedRecordsService],
})
export class RecordsModule {}
