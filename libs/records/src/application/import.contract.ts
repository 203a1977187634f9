import { Int } from '@nestjs/graphql';

import { Expose, Output } from '@haven/api';

/** One line that was refused. */
@Output('ImportError', 'One line that was refused.')
export class ImportErrorView {
  @Expose('Line of the body, from 1.', { as: Int, restOnly: true })
  line!: number;

  @Expose('Code of the catalogue, or the failing keyword of the schema.', { restOnly: true })
  code!: string;

  @Expose('What is wrong.', { restOnly: true })
  detail!: string;

  @Expose('JSON Pointer into the record.', { restOnly: true })
  pointer!: string;
}

/** What became of an import. */
@Output('ImportReport', 'What became of an import.')
export class ImportReportView {
  @Expose('Records written.', { as: Int, restOnly: true })
  imported = 0;

  @Expose('Of these, made.', { as: Int, restOnly: true })
  created = 0;

  @Expose('Of these, replaced (lines that name an id).', { as: Int, restOnly: true })
  updated = 0;

  @Expose('Lines refused.', { as: Int, restOnly: true })
  failed = 0;

  @Expose('The first refused lines; `limits.importErrors` of them.', { as: [ImportErrorView], restOnly: true })
  errors: ImportErrorView[] = [];
}
