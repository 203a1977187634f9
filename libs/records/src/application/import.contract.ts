import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** One line that was refused. */
@ApiSchema({ name: 'ImportError', description: 'One line that was refused.' })
export class ImportErrorView {
  @ApiProperty({ description: 'Line of the body, from 1.', type: 'integer' })
  line!: number;

  @ApiProperty({ description: 'Code of the catalogue, or the failing keyword of the schema.' })
  code!: string;

  @ApiProperty({ description: 'What is wrong.' })
  detail!: string;

  @ApiProperty({ description: 'JSON Pointer into the record.' })
  pointer!: string;
}

/** What became of an import. */
@ApiSchema({ name: 'ImportReport', description: 'What became of an import.' })
export class ImportReportView {
  @ApiProperty({ description: 'Records written.', type: 'integer' })
  imported = 0;

  @ApiProperty({ description: 'Of these, made.', type: 'integer' })
  created = 0;

  @ApiProperty({ description: 'Of these, replaced (lines that name an id).', type: 'integer' })
  updated = 0;

  @ApiProperty({ description: 'Lines refused.', type: 'integer' })
  failed = 0;

  @ApiProperty({ description: 'The first refused lines; `limits.importErrors` of them.', type: () => [ImportErrorView] })
  errors: ImportErrorView[] = [];
}
