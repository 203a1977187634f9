import { Int } from '@nestjs/graphql';

import { Expose, Output } from '@haven/api';

/** An error in a line that was refused. */
@Output('ImportError', 'An error of one line that was refused.')
export class ImportErrorView {
  @Expose('Number of the line in the body, starting at 1.', { as: Int, restOnly: true })
  line!: number;

  @Expose('Error code, or the keyword of the schema that the line violates.', { restOnly: true })
  code!: string;

  @Expose('Description of the error.', { restOnly: true })
  detail!: string;

  @Expose('JSON Pointer to the invalid value in the record.', { restOnly: true })
  pointer!: string;
}

/** The result of an import. */
@Output('ImportReport', 'Result of an import.')
export class ImportReportView {
  @Expose('Number of records written.', { as: Int, restOnly: true })
  imported = 0;

  @Expose('Number of records written that are new.', { as: Int, restOnly: true })
  created = 0;

  @Expose('Number of records written that replaced an existing one (lines with an id).', { as: Int, restOnly: true })
  updated = 0;

  @Expose('Number of lines refused.', { as: Int, restOnly: true })
  failed = 0;

  @Expose('Errors of the first refused lines, at most `limits.importErrors`.', {
    as: [ImportErrorView],
    restOnly: true,
  })
  errors: ImportErrorView[] = [];
}
