/**
 * An export of one session alone.
 */
import type { Exporter } from './exporter.js';

/** Hands on to `exporter` what is of session number `session`; TLS that could not be read is of none. */
export function oneSession(exporter: Exporter, session: number): Exporter {
  const isOf = (record: { readonly session: { readonly number: number } }) =>
    record.session.number === session;
  return {
    begin: () => exporter.begin(),
    message: (message) => {
      if (isOf(message)) exporter.message(message);
    },
    ...(exporter.frame && {
      frame: (frame) => {
        if (isOf(frame)) exporter.frame?.(frame);
      },
    }),
    ...(exporter.finding && {
      finding: (finding) => {
        if (isOf(finding)) exporter.finding?.(finding);
      },
    }),
    closed: (summary) => {
      if (isOf(summary)) exporter.closed(summary);
    },
    end: () => exporter.end(),
    get isEmpty() {
      return exporter.isEmpty === true;
    },
    ...(exporter.remarks && { remarks: () => exporter.remarks?.() ?? [] }),
    close: () => exporter.close(),
  };
}
