/**
 * What was said, as a conversation: the client on the left, the server on the right, the time that passed between them.
 * Control frames are folded until they are asked for.
 *
 * Strategy: messages are shown from a place on, and more as the end comes into sight.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { whole } from './amounts.js';
import { Bubble } from './bubble.js';
import { useModel } from './context.js';
import { messageOf } from './lookup.js';
import { MessageFeed, type Said } from './message-feed.js';

/** Messages at a time. */
const PORTION = 60;

export function Conversation() {
  const model = useModel();
  const { messages } = model.source;
  const { session, filter } = model.spot.value;
  const [control, setControl] = useState(false);
  const [from, setFrom] = useState(0);
  const { feed, said, more } = useFeed(
    session,
    model.filterError.value === undefined ? filter : '',
    control,
    from,
  );
  const selected = model.frame.value;
  const showSelected = async (): Promise<void> => {
    const found = selected && (await messageOf(messages, selected));
    if (found !== undefined) setFrom(Math.max(0, found.row - 5));
  };
  useEffect(() => {
    if (selected !== undefined) void showSelected();
  }, []);
  return (
    <>
      <div class="pane-head">
        <h2>Conversation</h2>
        {from > 0 && (
          <button type="button" onClick={() => setFrom(0)}>
            From the beginning
          </button>
        )}
        {from > 0 && (
          <button type="button" onClick={() => setFrom(Math.max(0, from - PORTION))}>
            Earlier
          </button>
        )}
        <label class="check">
          <input type="checkbox" checked={control} onChange={() => setControl(!control)} /> Pings and Pongs
        </label>
      </div>
      {feed.ignoresFilter && (
        <p class="hint">This filter asks what only frames have, so that all messages are shown here.</p>
      )}
      <div class="chat scrolls" role="group" aria-label="Conversation" tabIndex={0}>
        <div class="chat-messages" role="feed" aria-label="Messages" aria-busy={!feed.isOver}>
          {said.map((one, i) => (
            <Bubble key={one.row} said={one} before={said[i - 1]?.message} />
          ))}
        </div>
        {said.length === 0 && feed.isOver && (
          <p class="nothing">Nothing was said that is to be shown here.</p>
        )}
        <End
          key={said.length}
          isOver={feed.isOver}
          looked={feed.looked}
          count={messages.count}
          onSeen={more}
        />
      </div>
    </>
  );
}

function useFeed(session: number | undefined, filter: string, control: boolean, from: number) {
  const model = useModel();
  const [said, setSaid] = useState<readonly Said[]>([]);
  const feed = useMemo(
    () =>
      new MessageFeed(model.source.messages, model.findings, { session, filter, control }, model.start, from),
    [session, filter, control, from],
  );
  const aborting = useMemo(() => new AbortController(), [feed]);
  const more = async (): Promise<void> => {
    const show = () => setSaid([...feed.said]);
    await feed.more(PORTION, aborting.signal, show);
    if (!aborting.signal.aborted) show();
  };
  useEffect(() => {
    setSaid([]);
    void more();
    return () => aborting.abort();
  }, [feed]);
  return { feed, said, more };
}

interface EndProps {
  readonly isOver: boolean;
  readonly looked: number;
  readonly count: number;
  onSeen(): Promise<void>;
}

/** Where more is fetched as soon as it comes into sight. */
function End({ isOver, looked, count, onSeen }: EndProps) {
  const end = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (end.current === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry.isIntersecting) void onSeen();
      },
      { rootMargin: '600px' },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [looked, isOver]);
  if (isOver) return null;
  return (
    <button type="button" ref={end} onClick={() => void onSeen()}>
      More ({whole(looked)} of {whole(count)} looked through)
    </button>
  );
}
