/**
 * What of the difference between two captures may be left out of account: a proxy is expected to change some of it.
 */
export const ASPECTS = ['headers', 'order', 'masking', 'fragments', 'compression'] as const;

export type Aspect = (typeof ASPECTS)[number];
