import { IsBoolean, IsOptional, Matches } from 'class-validator';

import { Between } from './between.js';
import { Setting } from './setting.js';

/** The metrics that Haven collects, and where it serves them. */
export class MetricsConfig {
  @Setting('Whether to collect metrics and serve them at `/metrics` for Prometheus.')
  @IsBoolean()
  declare readonly enabled: boolean;

  @Setting(
    'Separate port for `/metrics` and the probes, without authentication; `/metrics` is then not served on ' +
      '`server.port`. 0 uses any free port. Not set: `/metrics` is served on `server.port`.',
  )
  @IsOptional()
  @Between(0, 65_535)
  declare readonly port?: number;

  @Setting('IP address or host name to listen on at `metrics.port`.')
  @Matches(/^[\w.:%-]+$/, { message: 'must be an IP address or a host name' })
  declare readonly host: string;
}
