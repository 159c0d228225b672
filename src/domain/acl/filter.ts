/**
 * Topic filters, MQTT 5.0 section 4.7. A filter is split into levels once, here; nobody else looks for slashes.
 * Limits are the broker's: 200 levels and 65,535 bytes (facts 4.7).
 */
export type Level =
  { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'plus' } | { readonly kind: 'hash' };

export type TopicFilter = readonly Level[];
