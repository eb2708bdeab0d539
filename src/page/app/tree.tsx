/**
 * A tree as the ARIA practices have it: one tab stop, arrows go up and down, open and close. What a branch points at lights
 * up while the pointer or the focus is on it.
 */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useModel } from './context.js';
import { type Bits, overlap } from './octets.js';

export interface Branch {
  readonly id: string;
  readonly text: ComponentChildren;
  readonly children?: readonly Branch[];
  /** Bits of the frame that it is about. */
  readonly bits?: Bits;
  /** Its branches are lit in place of it. */
  readonly holds?: boolean;
  readonly class?: string;
  /** Open before anybody has opened or closed it. */
  readonly open?: boolean;
}

interface Line {
  readonly branch: Branch;
  readonly level: number;
  readonly parent: number;
  readonly place: number;
  readonly siblings: number;
}

export function Tree({ label, branches }: { label: string; branches: readonly Branch[] }) {
  const model = useModel();
  const box = useRef<HTMLDivElement>(null);
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [currentId, setCurrentId] = useState('');
  const isOpen = ({ id, open = false }: Branch): boolean => toggled.get(id) ?? open;
  const lines = linesOf(branches, isOpen);
  const current = Math.max(
    0,
    lines.findIndex(({ branch }) => branch.id === currentId),
  );
  const toggle = (branch: Branch): void => setToggled(new Map([...toggled, [branch.id, !isOpen(branch)]]));
  const goTo = (index: number): void => {
    setCurrentId(lines[index].branch.id);
    box.current?.querySelectorAll<HTMLElement>('[role=treeitem]')[index]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { branch, parent } = lines[current];
    const isBranch = branch.children !== undefined;
    if (event.key === 'ArrowDown') goTo(Math.min(current + 1, lines.length - 1));
    else if (event.key === 'ArrowUp') goTo(Math.max(current - 1, 0));
    else if (event.key === 'Home') goTo(0);
    else if (event.key === 'End') goTo(lines.length - 1);
    else if (event.key === 'ArrowRight' && isBranch && !isOpen(branch)) toggle(branch);
    else if (event.key === 'ArrowRight' && isBranch) goTo(current + 1);
    else if (event.key === 'ArrowLeft' && isBranch && isOpen(branch)) toggle(branch);
    else if (event.key === 'ArrowLeft' && parent >= 0) goTo(parent);
    else if ((event.key === 'Enter' || event.key === ' ') && isBranch) toggle(branch);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const lit = model.lit.value;
  return (
    <div
      role="tree"
      aria-label={label}
      class="tree"
      ref={box}
      onKeyDown={onKeyDown}
      onMouseLeave={() => (model.lit.value = undefined)}
    >
      {lines.map(({ branch, level, place, siblings }, index) => (
        <div
          key={branch.id}
          role="treeitem"
          aria-level={level}
          aria-setsize={siblings}
          aria-posinset={place}
          aria-expanded={branch.children === undefined ? undefined : isOpen(branch)}
          aria-selected={index === current}
          tabIndex={index === current ? 0 : -1}
          class={`branch level-${level} ${branch.class ?? ''}${isLit(branch, lit) ? ' lit' : ''}`}
          onClick={() => {
            goTo(index);
            if (branch.children !== undefined) toggle(branch);
          }}
          onFocus={() => {
            setCurrentId(branch.id);
            model.lit.value = branch.bits;
          }}
          onMouseEnter={() => (model.lit.value = branch.bits)}
        >
          <span class="twig" aria-hidden="true">
            {branch.children === undefined ? '' : isOpen(branch) ? '▾' : '▸'}
          </span>
          <span class="branch-text">{branch.text}</span>
        </div>
      ))}
    </div>
  );
}

function isLit({ bits, holds = false }: Branch, lit: Bits | undefined): boolean {
  return !holds && bits !== undefined && overlap(lit, bits);
}

function linesOf(branches: readonly Branch[], isOpen: (branch: Branch) => boolean): Line[] {
  const lines: Line[] = [];
  const add = (siblings: readonly Branch[], level: number, parent: number): void => {
    for (const [i, branch] of siblings.entries()) {
      const index = lines.length;
      lines.push({ branch, level, parent, place: i + 1, siblings: siblings.length });
      if (branch.children !== undefined && isOpen(branch)) add(branch.children, level + 1, index);
    }
  };
  add(branches, 1, -1);
  return lines;
}
