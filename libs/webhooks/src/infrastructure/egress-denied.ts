/** Why Haven did not send a request, or aborted it. The owner of the webhook sees the message. */
export class EgressDenied extends Error {
  override readonly name = 'EgressDenied';
}
