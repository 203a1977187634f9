import { Module } from '@nestjs/common';

import { AnswerUpkeep } from './answer-upkeep.js';
import { StoredAnswers } from './stored-answers.js';

/** For modules with operations that may be sent again with the same `Idempotency-Key`. */
@Module({ providers: [StoredAnswers, AnswerUpkeep], exports: [StoredAnswers] })
export class IdempotencyModule {}
