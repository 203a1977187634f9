import { Body, Controller, DefaultValuePipe, Get, Param, ParseIntPipe, Patch, Post, Query } from '@nestjs/common';

import { ProductInput } from './product.js';
import { ProductsService } from './products.service.js';

@Controller('api/v1/collections/products/records')
export class ProductsController {
  constructor(private readonly products: ProductsService) {}

  @Get(':id')
  get(@Param('id') id: string) {
    return this.products.get(id);
  }

  @Get()
  list(@Query('limit', new DefaultValuePipe(20), ParseIntPipe) limit: number, @Query('filter') filter?: string) {
    return this.products.list(limit, filter === undefined ? undefined : (JSON.parse(filter) as object)); // the client's
  }

  @Post()
  create(@Body() { data }: ProductInput) {
    return this.products.create(data);
  }

  @Patch(':id')
  patch(@Param('id') id: string, @Body() { data }: ProductInput) {
    return this.products.patch(id, data);
  }
}
