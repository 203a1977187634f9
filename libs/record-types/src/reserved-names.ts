/** Names that belong to the generic GraphQL schema. The types of collections never take them. */
export interface ReservedNames {
  readonly rootFields: ReadonlySet<string>;
  readonly typeNames: ReadonlySet<string>;
}

/**
 * The names of the generic schema. A contract test compares them with `docs/schema.graphql`: a field that is added to
 * the generic schema must be added here, and then takes the name from a collection that has it.
 */
export const genericNames: ReservedNames = {
  rootFields: words(`
    aggregate apiKey apiKeys auditCheckpoint auditCheckpoints batch caller changes collection collections
    createApiKey createCollection createRecord createTenant createWebhook deleteCollection deleteRecord deleteRecordBy
    deleteRecords deleteTenant deleteWebhook deliveries delivery eraseRecord jsonPatchRecord jsonPatchRecordBy
    patchRecord patchRecordBy record recordBy recordHistory recordVersion records redeliver replaceCollection
    replaceRecord replayWebhook restoreRecord revokeApiKey rotateApiKey rotateWebhook stats tenant tenants testWebhook
    updateCollection updateRecords updateTenant updateWebhook upsertRecord usage webhook webhookStatus webhooks`),
  typeNames: words(`
    AggregateGroup Aggregation ApiKey ApiKeyConnection ApiKeyEdge ApiStats AuditCheckpoint AuditCheckpointConnection
    AuditCheckpointEdge Batch BatchOperation BatchResult Boolean BreakingRecords Cache CacheSettings Caller Change
    ChangePage ChangedRecord ChangedRecords Collection CollectionConnection CollectionEdge CollectionGraphql CollectionIndex
    CollectionReference CollectionReferrer CollectionSearch CollectionSettings CollectionStats CollectionWarning
    DanglingLinks DateTime Delivery DeliveryAttempt DeliveryConnection DeliveryEdge DuplicateValue ErrorStats
    FeedMinuteStats FeedStats Float History HistorySettings ID IndexDuplicates Int IssuedApiKey IssuedWebhook JSON
    JSONObject KeyRotation LatencyStats MinuteStats Mutation NewApiKey NewCollection NewTenant NewWebhook OperationStats
    PageInfo Query QuotaUsage Record RecordConnection RecordEdge RecordVersion RecordVersionConnection RecordVersionEdge
    RequestStats SearchSettings Stats StatusStats StorageStats String Subscription Tenant TenantChanges
    TenantConnection TenantEdge TenantQuotas TenantQuotasInput UntypedPart Usage Webhook WebhookChanges
    WebhookConnection WebhookEdge WebhookReplay WebhookReplayed WebhookRotation WebhookStats WebhookStatus

    AggregateFilter BooleanFilter BooleanListFilter DateBucket DateTimeFilter DateTimeListFilter IDFilter IDListFilter
    JSONFilter ListFilter NumberFilter NumberListFilter SafeInt SizeFilter SortOrder StringFilter StringListFilter
    TypedResult`),
};

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
