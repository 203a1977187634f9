import { EntitySchema } from 'typeorm';

/** A setting that all processes on a database share. It belongs to no tenant. */
export class SharedSetting {
  key!: string;
  value!: string;
}

/** Maps {@link SharedSetting} to the table `haven.settings`. */
export const SharedSettingSchema = new EntitySchema<SharedSetting>({
  name: 'SharedSetting',
  target: SharedSetting,
  schema: 'haven',
  tableName: 'settings',
  columns: { key: { type: 'text', primary: true }, value: { type: 'text' } },
});
