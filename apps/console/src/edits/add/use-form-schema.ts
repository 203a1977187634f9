import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { sampleQuery } from '../../api/sample-query.js';
import type { CollectionView, Data } from '../../api/types.js';
import { useSession } from '../../session/session.js';
import { formSchema } from '../../values/propose-schema.js';

/**
 * Returns the schema whose members a form offers: that of the collection. If it has none, the members are those of some
 * of its records. Returns undefined while these are read.
 */
export function useFormSchema({ name, schema }: CollectionView): Readonly<Data> | undefined {
  const { haven, may } = useSession();
  const isSampled = !schema && may('records:read', name);
  const { data: sample, isPending } = useQuery({ ...sampleQuery(haven, name), enabled: isSampled });
  return useMemo(() => {
    if (schema) return schema;
    if (isSampled && isPending) return undefined;
    return formSchema((sample ?? []).map(({ data }) => data));
  }, [schema, isSampled, isPending, sample]);
}
