/**
 * Where a display filter is written, or a text to search for, which is one, too. What is wrong with it is shown below,
 * under the characters that are meant; a name that was mistyped can be taken as it was likely meant.
 */
import { useEffect, useState } from 'preact/hooks';
import { visible } from '../../bytes/visible.js';
import type { FilterError } from '../../filter/error.js';
import { useModel } from './context.js';
import { searchedText, textFilter } from './search.js';

type Kind = 'filter' | 'text';

export function FilterBar() {
  const model = useModel();
  const { filter } = model.spot.value;
  const [kind, setKind] = useState<Kind>('filter');
  const [written, setWritten] = useState(filter);
  useEffect(() => {
    const text = searchedText(filter);
    setKind(text === undefined && filter !== '' ? 'filter' : text === undefined ? kind : 'text');
    setWritten(text ?? filter);
  }, [filter]);
  const meant = kind === 'text' && written !== '' ? textFilter(written) : written;
  const error = meant === filter ? model.filterError.value : model.check(meant);
  const apply = (event: Event): void => {
    event.preventDefault();
    model.filterError.value = error;
    if (error !== undefined) model.say(error.message);
    else model.go({ filter: meant.trim() });
  };
  const clear = (): void => {
    setWritten('');
    model.go({ filter: '' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    if (written !== filter && filter !== '') setWritten(searchedText(filter) ?? filter);
    else if (written !== '') clear();
    else document.getElementById('frames-list')?.focus();
    event.preventDefault();
    event.stopPropagation();
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
          class={error === undefined ? (meant !== '' && meant === filter ? 'applied' : '') : 'wrong'}
          aria-label={kind === 'text' ? 'Text to search for in payloads' : 'Display filter'}
          aria-keyshortcuts="/"
          aria-invalid={error !== undefined}
          aria-describedby={error === undefined ? undefined : 'filter-error'}
          placeholder={
            kind === 'text' ? 'text in payloads  ( / )' : 'websocket.opcode == text && ws.length > 100  ( / )'
          }
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={written}
          onInput={(event) => setWritten(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {error !== undefined && (
          <Wrong error={error} filter={meant} onMend={(mended) => setWritten(mended)} />
        )}
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
