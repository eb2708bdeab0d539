/**
 * The explanation of a frame, made by the program's own code in the browser, with what was found of it.
 */
import { useMemo } from 'preact/hooks';
import { type Explanation, explainFrame } from '../../explain/explanation.js';
import type { Frame } from '../../websocket/frame-record.js';
import { useModel } from './context.js';

export function useExplanation(frame: Frame | undefined): Explanation | undefined {
  const { findings } = useModel();
  const version = findings.version.value;
  return useMemo(
    () => (frame === undefined ? undefined : explainFrame(frame, findings.of(frame.number), true)),
    [frame, version],
  );
}
