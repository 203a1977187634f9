-- Distributes the tables of a migrated database over the workers of a Citus cluster by tenant_id, so that the data of a
-- tenant is on one node. Read docs/adr/0025-past-one-postgresql.md first: Haven's sequencer does not work over several
-- nodes yet.

-- Small tables with keys that are unique over all tenants are copied to every node.
SELECT create_reference_table('haven.settings');
SELECT create_reference_table('haven.migrations');
SELECT create_reference_table('haven.tenants');
SELECT create_reference_table('haven.api_keys');
SELECT create_reference_table('haven.access_changes');
SELECT create_reference_table('haven.webhook_changes');
SELECT create_reference_table('haven.sequencer');
SELECT create_reference_table('haven.rebuild');
SELECT create_reference_table('haven.total_activity');

-- The tables of tenants. haven.records is distributed with haven.every_record, because it is its only partition, and so
-- are haven.index_entries with haven.every_entry and haven.unique_entries with haven.every_value, and
-- haven.search_documents with haven.every_search_document.
SELECT create_distributed_table('haven.collections', 'tenant_id');
SELECT create_distributed_table('haven.every_record', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.every_entry', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.every_value', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.every_search_document', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.index_builds', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.events', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.feed', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.feed_heads', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.collection_sizes', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.tenant_activity', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.idempotency_keys', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.response_bytes', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.imports', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.import_lines', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.checkpoints', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.webhooks', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.webhook_lanes', 'tenant_id', colocate_with => 'haven.collections');
SELECT create_distributed_table('haven.webhook_deliveries', 'tenant_id', colocate_with => 'haven.collections');
