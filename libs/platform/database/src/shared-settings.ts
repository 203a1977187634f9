import { EntitySchema } from 'typeorm';

/** A setting that all processes on a database share; it belongs to no tenant. */
export class SharedSetting {
  key!: string;
  value!: string;
}

/** The row of a {@link SharedSetting}. */
export const SharedSettingSchema = new EntitySchema<SharedSetting>({
  name: 'SharedSetting',
  target: SharedSetting,
  schema: 'haven',
  tableName: 'settings',
  columns: { key: { type: 'text', primary: true }, value: { type: 'text' } },
});
