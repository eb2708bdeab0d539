/** What a quiz asks about, in this order. */

export const TOPICS = ['opcode', 'length', 'unmask', 'fragment', 'close', 'violation'] as const;
export type Topic = (typeof TOPICS)[number];
