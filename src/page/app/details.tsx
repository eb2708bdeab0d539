/**
 * What the selected frame says: what is wrong with it, each field with its bits, value, meaning and reason, the message
 * that it belongs to, what a decoder did, where it lay, and how its session began.
 */
import { visible } from '../../bytes/visible.js';
import type { Explanation } from '../../explain/explanation.js';
import { togetherOf } from '../../explain/text.js';
import { counted, whole } from './amounts.js';
import { useModel } from './context.js';
import { fieldBranches } from './detail-fields.js';
import { handshakeBranch, messageBranch, packetsBranch, stepsBranch } from './detail-more.js';
import { OpcodeMark, SenderMark, SeverityMark } from './marks.js';
import { Prose } from './prose.js';
import { type Branch, Tree } from './tree.js';
import { useMessage } from './use-message.js';

export function Details({ explanation }: { explanation: Explanation }) {
  const { frame, parts, findings } = explanation;
  const { start } = useModel();
  const message = useMessage(frame);
  const branches: Branch[] = [
    ...findings.map(({ rule, severity, message: told }, i) => ({
      id: `finding-${i}`,
      class: `finding ${severity}`,
      text: (
        <>
          <SeverityMark severity={severity} words /> {visible(told)}
        </>
      ),
      children: [
        { id: `finding-${i}-asks`, text: <Prose text={`${rule.section}: ${rule.asks}`} /> },
        { id: `finding-${i}-why`, text: <Prose text={`Why: ${rule.why}`} /> },
        { id: `finding-${i}-causes`, text: <Prose text={`How it happens: ${rule.causes}`} /> },
      ],
    })),
    {
      id: 'header',
      text: <b>WebSocket frame, {counted(frame.headerLength, 'byte')} of header</b>,
      open: true,
      holds: true,
      bits: { start: 0, end: 8 * frame.headerLength },
      children: fieldBranches(togetherOf(parts)),
    },
    ...(message === undefined ? [] : [messageBranch(message)]),
    stepsBranch(explanation),
    packetsBranch(explanation, start),
    handshakeBranch(frame.session),
  ];
  return (
    <>
      <div class="pane-head">
        <h2>
          Frame {whole(frame.number)} <OpcodeMark opcode={frame.opcode} />{' '}
          <SenderMark sender={frame.sender} />
        </h2>
      </div>
      <div class="scrolls">
        <Tree label={`Fields of frame ${frame.number}`} branches={branches} />
      </div>
    </>
  );
}
