/**
 * The fields of a frame as branches: bits, value and meaning in a line, the reason and the section of the RFC below.
 */
import { visible } from '../../bytes/visible.js';
import type { Part } from '../../explain/part.js';
import { sizeOf } from '../../explain/text.js';
import type { Branch } from './tree.js';

/** Characters of a value; the octets pane has all. */
const MOST_VALUE = 400;

/** `groups`: parts of which the same is to be said. */
export function fieldBranches(groups: readonly (readonly Part[])[]): readonly Branch[] {
  return groups.map((alike) => {
    const [{ name, value, meaning, why, section, startBit }] = alike;
    const bits = { start: startBit, end: alike.at(-1)!.endBit };
    return {
      id: `part-${name}`,
      class: `part-${name}`,
      bits,
      text: (
        <>
          <span class="swatch" aria-hidden="true" />
          <b>{alike.map(({ title }) => title).join(', ')}</b> <span class="faint">{sizeOf(alike)}</span>{' '}
          {value !== '' && <code class="value">{clipped(visible(value))}</code>}{' '}
          <span class="meaning">{visible(meaning)}</span>
        </>
      ),
      children: [
        {
          id: `part-${name}-why`,
          bits,
          class: 'why',
          text: (
            <>
              {visible(why)} <span class="section">{section}</span>
            </>
          ),
        },
      ],
    };
  });
}

const clipped = (text: string): string => (text.length > MOST_VALUE ? `${text.slice(0, MOST_VALUE)}…` : text);
