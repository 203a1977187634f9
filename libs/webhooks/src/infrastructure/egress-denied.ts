/** Why Haven itself did not send, or stopped waiting; the message is for whoever owns the webhook. */
export class EgressDenied extends Error {
  override readonly name = 'Refusal';
}
