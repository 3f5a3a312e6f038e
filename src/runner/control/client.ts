/** What commands may do with the client that sent them. */

import type { Filters, Subscribed } from './events.js';

export interface Client {
  /** After `capabilities`. */
  negotiated: boolean;
  readonly subscribed: readonly Subscribed[];
  subscribe(event: Subscribed, filters: Filters): void;
  unsubscribe(event: Subscribed): void;
  /** Ends the connection after this command's answer. */
  quit(): void;
}
