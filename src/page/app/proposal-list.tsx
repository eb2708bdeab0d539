/**
 * The fields that may be meant: name, type, and meaning of each in a line.
 */
import { useEffect, useRef } from 'preact/hooks';
import type { Field } from '../../filter/field.js';
import type { Offered } from './use-proposals.js';

export const PROPOSALS_ID = 'filter-fields';
export const proposalId = (index: number): string => `filter-field-${index}`;

interface ProposalListProps {
  readonly offered: Offered;
  onTake(field: Field): void;
}

export function ProposalList({ offered: { fields, chosen }, onTake }: ProposalListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <div class="proposals" role="listbox" id={PROPOSALS_ID} aria-label="Fields" ref={list}>
      {fields.map((field, i) => (
        <div
          key={field.name}
          id={proposalId(i)}
          class="proposal"
          role="option"
          aria-selected={i === chosen}
          // The focus stays where one writes.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(field)}
        >
          <code>{field.name}</code> <span class="faint">{field.type}</span> <span>{field.meaning}</span>
        </div>
      ))}
    </div>
  );
}
