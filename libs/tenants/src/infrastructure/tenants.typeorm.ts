import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntitySchema, LessThan, MoreThan, Repository } from 'typeorm';

import { WriteConflict, UnitOfWork } from '@haven/database';
import { HavenError, sqlState } from '@haven/kernel';
import type { KeysetRange } from '@haven/kernel';

import { Tenant } from '../domain/tenant.js';
import { TenantsRepository } from '../domain/tenants.repository.js';

/** Maps {@link Tenant} to its table. */
export const TenantSchema = new EntitySchema<Tenant>({
  name: 'Tenant',
  target: Tenant,
  schema: 'haven',
  tableName: 'tenants',
  columns: {
    id: { type: 'uuid', primary: true },
    name: { type: 'text', collation: 'C' },
    state: { type: 'text' },
    revision: { type: 'int' },
    quotas: { type: 'jsonb' },
    createdAt: { type: 'timestamptz', precision: 3, name: 'created_at' },
    updatedAt: { type: 'timestamptz', precision: 3, name: 'updated_at' },
  },
});

/** Stores tenants in PostgreSQL. */
@Injectable()
export class TypeOrmTenants extends TenantsRepository {
  constructor(
    @InjectRepository(Tenant) private readonly table: Repository<Tenant>,
    private readonly uow: UnitOfWork,
  ) {
    super();
  }

  async add(tenant: Tenant): Promise<void> {
    await translateNameTaken(tenant, this.repository.insert(tenant));
  }

  find(id: string): Promise<Tenant | null> {
    return this.repository.findOneBy({ id });
  }

  list({ beyond, backwards, limit }: KeysetRange<string>): Promise<Tenant[]> {
    return this.repository.find({
      ...(beyond !== undefined && { where: { id: backwards ? LessThan(beyond) : MoreThan(beyond) } }),
      order: { id: backwards ? 'DESC' : 'ASC' },
      take: limit,
    });
  }

  count(): Promise<number> {
    return this.repository.count();
  }

  async store(tenant: Tenant, before: number): Promise<void> {
    const { affected } = await translateNameTaken(
      tenant,
      this.repository.update({ id: tenant.id, revision: before }, tenant),
    );
    if (affected !== 1) throw new WriteConflict();
  }

  private get repository(): Repository<Tenant> {
    return this.uow.current().repository(this.table);
  }
}

async function translateNameTaken<T>({ name }: Tenant, written: Promise<T>): Promise<T> {
  try {
    return await written;
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    throw new HavenError('ALREADY_EXISTS', `A tenant named ${JSON.stringify(name)} already exists.`);
  }
}
