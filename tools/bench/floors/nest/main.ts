// A reference server as one writes it by hand with Nest, TypeORM and Apollo: entities, validated bodies, and both APIs
// over one service. It has no tenants, events, history or limits.
import 'reflect-metadata';
import { ApolloDriver } from '@nestjs/apollo';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, Get, Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';

import { Product } from './product.js';
import { ProductsController } from './products.controller.js';
import { ProductsResolver } from './products.resolver.js';
import { ProductsService } from './products.service.js';

@Controller()
class ReadyController {
  @Get()
  ready() {
    return 'ok';
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      host: process.env['PGHOST'],
      port: Number(process.env['PGPORT']),
      username: process.env['PGUSER'],
      database: process.env['PGDATABASE'],
      applicationName: process.env['PGAPPNAME'],
      entities: [Product],
    }),
    TypeOrmModule.forFeature([Product]),
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
  ],
  controllers: [ReadyController, ProductsController],
  providers: [ProductsService, ProductsResolver],
})
class AppModule {}

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
app.useGlobalPipes(new ValidationPipe());
app.useBodyParser('application/merge-patch+json', {}, (_request, body, done) => {
  done(null, JSON.parse(body.toString())); // malformed JSON is not sent
});
await app.listen(Number(process.env['PORT']), '127.0.0.1');
