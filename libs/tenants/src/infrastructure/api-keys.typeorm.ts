import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntitySchema, IsNull, MoreThan, Repository } from 'typeorm';

import { TENANT_ID, UnitOfWork } from '@haven/database';
import type { TenantScoped } from '@haven/database';
import type { KeysetRange } from '@haven/kernel';

import { ApiKey } from '../domain/api-key.js';
import { ApiKeysRepository } from '../domain/api-keys.repository.js';
import type { KeyPlace } from '../domain/api-keys.repository.js';

/** An {@link ApiKey} with its tenant and the hashes of its secrets, which this class writes but never reads. */
type ApiKeyRow = ApiKey & TenantScoped & { hash: Buffer; previousHash: Buffer | null };

/** Maps {@link ApiKey} to its table. */
export const ApiKeySchema = new EntitySchema<ApiKeyRow>({
  name: 'ApiKey',
  target: ApiKey,
  schema: 'haven',
  tableName: 'api_keys',
  columns: {
    tenantId: TENANT_ID,
    id: { type: 'text', collation: 'C', primary: true },
    name: { type: 'text' },
    scopes: { type: 'text', array: true },
    collections: { type: 'text', array: true, nullable: true },
    hash: { type: 'bytea', select: false },
    previousHash: { type: 'bytea', name: 'previous_hash', nullable: true, select: false },
    previousUntil: { type: 'timestamptz', precision: 3, name: 'previous_until', nullable: true },
    createdAt: { type: 'timestamptz', precision: 3, name: 'created_at' },
    expiresAt: { type: 'timestamptz', precision: 3, name: 'expires_at', nullable: true },
    lastUsedAt: { type: 'timestamptz', precision: 3, name: 'last_used_at', nullable: true },
    revokedAt: { type: 'timestamptz', precision: 3, name: 'revoked_at', nullable: true },
  },
});

/** Stores API keys in PostgreSQL. */
@Injectable()
export class TypeOrmApiKeys extends ApiKeysRepository {
  constructor(
    @InjectRepository(ApiKey) private readonly table: Repository<ApiKeyRow>,
    private readonly uow: UnitOfWork,
  ) {
    super();
  }

  async add(tenantId: string, key: ApiKey, hash: Buffer): Promise<void> {
    // The cast is needed because the arrays of ApiKey are readonly.
    await this.within(tenantId, (keys) => keys.insert(Object.assign({ hash }, key) satisfies object as never));
  }

  find(tenantId: string, id: string): Promise<ApiKey | null> {
    return this.within(tenantId, (keys) => keys.findOneBy({ tenantId, id }));
  }

  list(tenantId: string, { beyond, backwards, limit }: KeysetRange<KeyPlace>): Promise<ApiKey[]> {
    const order = backwards ? 'DESC' : 'ASC';
    return this.within(tenantId, (keys) => {
      const query = keys.createQueryBuilder('key').where('key.tenantId = :tenantId', { tenantId });
      if (beyond) query.andWhere(`(key.createdAt, key.id) ${backwards ? '<' : '>'} (:createdAt, :id)`, { ...beyond });
      return query.orderBy({ 'key.createdAt': order, 'key.id': order }).take(limit).getMany();
    });
  }

  count(tenantId: string, live?: 'live'): Promise<number> {
    const valid = { tenantId, revokedAt: IsNull() };
    const where = live
      ? [
          { ...valid, expiresAt: IsNull() },
          { ...valid, expiresAt: MoreThan(new Date()) },
        ]
      : { tenantId };
    return this.within(tenantId, (keys) => keys.countBy(where));
  }

  async revoke(tenantId: string, id: string): Promise<boolean> {
    const valid = { tenantId, id, revokedAt: IsNull() };
    const { affected } = await this.within(tenantId, (keys) => keys.update(valid, { revokedAt: () => 'now()' }));
    return affected === 1;
  }

  async rotate(tenantId: string, id: string, hash: Buffer, until: Date): Promise<ApiKey | null> {
    const valid = { tenantId, id, revokedAt: IsNull() };
    const change = { previousHash: () => 'hash', previousUntil: until, hash };
    const { affected } = await this.within(tenantId, (keys) => keys.update(valid, change));
    return affected === 1 ? this.find(tenantId, id) : null;
  }

  /** Runs `work` in the open transaction within a tenant, which need not be the caller's. */
  private within<T>(tenantId: string, work: (keys: Repository<ApiKeyRow>) => Promise<T>): Promise<T> {
    const transaction = this.uow.current();
    return transaction.inTenant(tenantId, () => work(transaction.repository(this.table)));
  }
}
