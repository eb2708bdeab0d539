/**
 * The list of fields below the filter that is written: when it is open, which of them is chosen, and the keys for it.
 *
 * Strategy: as the combobox pattern of ARIA has it. None is chosen until an arrow chooses one, so that Enter applies what is
 * written, and Tab goes on, as without the list.
 */
import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import type { Field } from '../../filter/field.js';
import { type Proposals, proposalsFor, withField } from './proposals.js';

export interface Offered extends Proposals {
  /** Index of the chosen field; -1: none. */
  readonly chosen: number;
}

export interface Offering {
  readonly offered: Offered | undefined;
  /** What was written has changed. */
  written(): void;
  close(): void;
  take(field: Field): void;
  /** Whether the key was for the list. */
  key(event: KeyboardEvent): boolean;
}

/** `write`: is told the filter with the field that was taken. */
export function useProposals(
  input: RefObject<HTMLInputElement | null>,
  write: (filter: string) => void,
): Offering {
  const [offered, setOffered] = useState<Offered>();
  const offer = (isAsked: boolean, chosen: number): boolean => {
    const { value, selectionStart } = input.current!;
    const found = proposalsFor(value, selectionStart ?? value.length, isAsked);
    setOffered(found && { ...found, chosen });
    return found !== undefined;
  };
  const close = (): void => setOffered(undefined);
  const take = (field: Field): void => {
    const { current } = input;
    if (current === null || offered === undefined) return;
    const [filter, caret] = withField(current.value, offered, field);
    current.value = filter;
    current.setSelectionRange(caret, caret);
    write(filter);
    close();
  };
  const key = ({ key: name, shiftKey, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean => {
    if (ctrlKey || altKey || metaKey) return false;
    if (offered === undefined) return name === 'ArrowDown' && offer(true, 0);
    const { chosen, fields } = offered;
    if (name === 'ArrowDown') setOffered({ ...offered, chosen: (chosen + 1) % fields.length });
    else if (name === 'ArrowUp')
      setOffered({ ...offered, chosen: (chosen < 1 ? fields.length : chosen) - 1 });
    else if (chosen >= 0 && (name === 'Enter' || (name === 'Tab' && !shiftKey))) take(fields[chosen]);
    else {
      if (name.length > 1 && !EDITS.includes(name)) close();
      return name === 'Escape';
    }
    return true;
  };
  return { offered, written: () => void offer(false, -1), close, take, key };
}

/** Keys behind which the list is looked up anew, or that do nothing alone. */
const EDITS = ['Backspace', 'Delete', 'Shift'];
