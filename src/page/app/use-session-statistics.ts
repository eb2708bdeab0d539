/**
 * What a session comes to, as it is counted when it is asked for: whoever leaves before wants it no more.
 */
import { useEffect, useState } from 'preact/hooks';
import type { SessionStatistics } from '../source.js';
import { useModel } from './context.js';

export interface Counting {
  /** Undefined: not yet. */
  readonly counted?: SessionStatistics;
  /** Why it will not be. */
  readonly failure?: string;
}

/** `session`: number of the one that this is asked of for good. */
export function useSessionStatistics(session: number): Counting {
  const { source } = useModel();
  const [counting, setCounting] = useState<Counting>({});
  useEffect(() => {
    const left = new AbortController();
    const settle = (settled: Counting): void => {
      if (!left.signal.aborted) setCounting(settled);
    };
    source.statistics(session, left.signal).then(
      (counted) => settle(counted === undefined ? { failure: 'There is no such session.' } : { counted }),
      (error) =>
        settle({ failure: `Not counted: ${error instanceof Error ? error.message : String(error)}` }),
    );
    return () => left.abort();
  }, [session]);
  return counting;
}
