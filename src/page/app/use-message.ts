/**
 * The message that a frame belongs to, as soon as it is read.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Frame } from '../../websocket/frame-record.js';
import type { PageMessage } from '../source.js';
import { useModel } from './context.js';
import { messageOf } from './lookup.js';

/** Undefined: not yet, or there is none. */
export function useMessage(frame: Frame): PageMessage | undefined {
  const { messages } = useModel().source;
  const [message, setMessage] = useState<{ frame: number; message: PageMessage | undefined }>();
  useEffect(() => {
    let isOver = false;
    void messageOf(messages, frame).then((found) => {
      if (!isOver) setMessage({ frame: frame.number, message: found?.record });
    });
    return () => {
      isOver = true;
    };
  }, [frame]);
  return message?.frame === frame.number ? message.message : undefined;
}
