/**
 * The fields of a frame as branches: bits, value and meaning in a line, the reason and the section of the RFC below.
 */
import { visible } from '../../bytes/visible.js';
import type { Part } from '../../explain/part.js';
import { sizeOf } from '../../explain/text.js';
import type { Branch } from './tree.js';
import { Value } from './value.js';

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
          {value !== '' && <Value text={value} />} <span class="meaning">{visible(meaning)}</span>
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
