import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

import { requestOf } from '@haven/platform';

import { Authenticator } from '../application/authenticator.js';
import { Public } from './public.decorator.js';

/** Identifies the caller once per request, on both doors. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride(Public, [context.getHandler(), context.getClass()])) return true;
    const request = requestOf(context);
    request.caller ??= await this.authenticator.authenticate(request);
    return true;
  }
}
