/**
 * Where a display filter is written, or a text to search for, which is one, too. What is wrong with it is shown below,
 * under the characters that are meant; a name that was mistyped can be taken as it was likely meant, and one that has begun
 * from a list.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { visible } from '../../bytes/visible.js';
import type { FilterError } from '../../filter/error.js';
import { useModel } from './context.js';
import { PROPOSALS_ID, ProposalList, proposalId } from './proposal-list.js';
import { searchedText, textFilter } from './search.js';
import { type Offered, useProposals } from './use-proposals.js';

type Kind = 'filter' | 'text';

export function FilterBar() {
  const model = useModel();
  const { filter } = model.spot.value;
  const [kind, setKind] = useState<Kind>('filter');
  const [written, setWritten] = useState(filter);
  const input = useRef<HTMLInputElement>(null);
  const proposals = useProposals(input, setWritten);
  const offered = kind === 'filter' ? proposals.offered : undefined;
  useEffect(() => {
    const text = searchedText(filter);
    setKind(text === undefined && filter !== '' ? 'filter' : text === undefined ? kind : 'text');
    setWritten(text ?? filter);
  }, [filter]);
  const meant = kind === 'text' && written !== '' ? textFilter(written) : written;
  const error = meant === filter ? model.filterError.value : model.check(meant);
  // Who chooses from a list has not written to the end.
  const isWrong = error !== undefined && offered === undefined;
  const apply = (event: Event): void => {
    event.preventDefault();
    proposals.close();
    model.filterError.value = error;
    if (error !== undefined) model.say(error.message);
    else model.go({ filter: meant.trim() });
  };
  const clear = (): void => {
    setWritten('');
    model.go({ filter: '' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const isTaken = kind === 'filter' && proposals.key(event);
    if (!isTaken && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (isTaken) return;
    if (written !== filter && filter !== '') setWritten(searchedText(filter) ?? filter);
    else if (written !== '') clear();
    else document.getElementById('frames-list')?.focus();
  };
  return (
    <form class="filter" role="search" onSubmit={apply}>
      <select
        aria-label="What to look for"
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value as Kind)}
      >
        <option value="filter">Filter</option>
        <option value="text">Text</option>
      </select>
      <div class="filter-field">
        <input
          id="filter"
          type="text"
          ref={input}
          {...(kind === 'filter' && combobox(offered))}
          class={isWrong ? 'wrong' : error === undefined && meant !== '' && meant === filter ? 'applied' : ''}
          aria-label={kind === 'text' ? 'Text to search for in payloads' : 'Display filter'}
          aria-keyshortcuts="/"
          aria-invalid={isWrong}
          aria-describedby={isWrong ? 'filter-error' : undefined}
          placeholder={
            kind === 'text'
              ? 'text in payloads, in upper or lower case  ( / )'
              : 'websocket.opcode == text && ws.length > 100  ( / )'
          }
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={written}
          onInput={(event) => {
            setWritten(event.currentTarget.value);
            if (kind === 'filter') proposals.written();
          }}
          onClick={proposals.close}
          onBlur={proposals.close}
          onKeyDown={onKeyDown}
        />
        {offered !== undefined && <ProposalList offered={offered} onTake={proposals.take} />}
        {isWrong && <Wrong error={error} filter={meant} onMend={(mended) => setWritten(mended)} />}
      </div>
      <button type="submit">Apply</button>
      {written !== '' && (
        <button type="button" onClick={clear} aria-label="Clear the filter">
          ✕
        </button>
      )}
    </form>
  );
}

/** What a box to write in is that has a list, as ARIA has it. */
function combobox(offered: Offered | undefined) {
  const isOpen = offered !== undefined;
  return {
    role: 'combobox' as const,
    'aria-autocomplete': 'list' as const,
    'aria-expanded': isOpen,
    'aria-controls': isOpen ? PROPOSALS_ID : undefined,
    'aria-activedescendant': isOpen && offered.chosen >= 0 ? proposalId(offered.chosen) : undefined,
  };
}

interface WrongProps {
  readonly error: FilterError;
  readonly filter: string;
  onMend(filter: string): void;
}

function Wrong({ error, filter, onMend }: WrongProps) {
  const { column, length, message, suggestion } = error;
  const end = column + length;
  return (
    <div class="filter-error" id="filter-error">
      <code>
        {visible(filter.slice(0, column))}
        <mark>{visible(filter.slice(column, end)) || '␣'}</mark>
        {visible(filter.slice(end))}
      </code>
      <p>
        Column {column + 1}: {visible(message)}
      </p>
      {suggestion !== undefined && (
        <button
          type="button"
          onClick={() => onMend(filter.slice(0, column) + suggestion + filter.slice(end))}
        >
          Use {suggestion}
        </button>
      )}
    </div>
  );
}
