import { randomUUID } from 'node:crypto';

import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Raw, Repository } from 'typeorm';

import { Product } from './product.js';

@Injectable()
export class ProductsService {
  constructor(@InjectRepository(Product) private readonly products: Repository<Product>) {}

  async get(id: string): Promise<Product> {
    const product = await this.products.findOneBy({ id });
    if (!product) throw new NotFoundException(`There is no product ${id}.`);
    return product;
  }

  async list(limit: number, filter?: object): Promise<{ items: Product[]; nextCursor: string | null }> {
    const contains = JSON.stringify(filter);
    const found = await this.products.find({
      where: filter ? { data: Raw((column) => `${column} @> :contains::jsonb`, { contains }) } : {},
      order: { createdAt: 'DESC', id: 'DESC' },
      take: limit + 1,
    });
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
  }

  create(data: Record<string, unknown>): Promise<Product> {
    return this.products.save(this.products.create({ id: randomUUID(), data }));
  }

  async patch(id: string, changes: Record<string, unknown>): Promise<Product> {
    const product = await this.get(id);
    const merged = Object.entries({ ...product.data, ...changes }).filter(([, value]) => value !== null);
    product.data = Object.fromEntries(merged);
    return this.products.save(product);
  }
}
