import type { Delivery } from '../../../api/webhooks.js';

interface DeliveryState {
  name: Delivery['state'];
  label: string;
  color: string;
}

/** The states of a delivery, as the console names them. */
export const deliveryStates: readonly DeliveryState[] = [
  { name: 'delivered', label: 'Delivered', color: 'teal' },
  { name: 'retrying', label: 'Retrying', color: 'orange' },
  { name: 'held', label: 'Waiting', color: 'gray' },
  { name: 'dead', label: 'Dead', color: 'red' },
];
