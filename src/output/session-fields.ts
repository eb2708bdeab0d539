/**
 * What is the same in all rows of a session: made and encoded once, not per row.
 */
import type { Session } from '../websocket/session-record.js';
import { encoded } from './byte-writer.js';

export class SessionFields {
  private readonly known = new WeakMap<Session, Uint8Array>();
  /** Rows that follow each other are often of the same session. */
  private last: Session | undefined = undefined;
  private lastFields = encoded('');

  constructor(private readonly make: (session: Session) => string) {}

  of(session: Session): Uint8Array {
    if (session === this.last) return this.lastFields;
    let fields = this.known.get(session);
    if (fields === undefined) {
      fields = encoded(this.make(session));
      this.known.set(session, fields);
    }
    this.last = session;
    this.lastFields = fields;
    return fields;
  }
}
