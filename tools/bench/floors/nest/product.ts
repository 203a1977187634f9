import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { IsObject } from 'class-validator';
import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn, VersionColumn } from 'typeorm';

import { JsonObjectScalar } from './json.js';

@ObjectType('Record')
@Entity('products')
export class Product {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id!: string; // TypeORM assigns the members

  @Field(() => Int)
  @VersionColumn()
  version!: number;

  @Field(() => JsonObjectScalar)
  @Column('jsonb')
  data!: Record<string, unknown>;

  @Field()
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Field()
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}

/** The body of a create or of a merge patch. */
export class ProductInput {
  @IsObject()
  data!: Record<string, unknown>;
}

@ObjectType()
export class ProductEdge {
  @Field(() => Product)
  node!: Product;
}

@ObjectType()
export class PageInfo {
  @Field()
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

@ObjectType()
export class ProductConnection {
  @Field(() => [ProductEdge])
  edges!: ProductEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
