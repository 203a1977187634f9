import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { UseMutationResult } from '@tanstack/react-query';

import type { HavenRequest } from 'haven-records';

import { webhookPath } from '../../api/webhooks.js';
import { useSession } from '../../session/session.js';

interface WebhookRequest extends Pick<HavenRequest, 'method' | 'body' | 'headers'> {
  /** Path below that of the webhook, such as `/rotate`. */
  below?: string;
}

/**
 * Returns a mutation that sends a request about a webhook, and then reads again the views that show it. `onSuccess` is
 * called even if the component is no longer there.
 */
export function useWebhookChange<Response>(
  id: string,
  onSuccess?: () => void,
): UseMutationResult<Response, Error, WebhookRequest> {
  const { haven } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ below, ...request }: WebhookRequest) =>
      haven.request<Response>({ ...request, path: webhookPath(id, below) }),
    onSuccess: (_, { method }) => {
      onSuccess?.();
      // The webhook that was deleted is still shown until the list is open.
      return queries.invalidateQueries({ queryKey: method === 'DELETE' ? ['webhooks', 'list'] : ['webhooks'] });
    },
  });
}
