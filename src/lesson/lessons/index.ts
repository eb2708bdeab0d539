/** All lessons, in the order in which they are best read. */
import type { Lesson } from '../lesson.js';
import { closeFaults } from './close-faults.js';
import { closing } from './closing.js';
import { deflate } from './deflate.js';
import { fragments } from './fragments.js';
import { frameHeader } from './frame-header.js';
import { handshake } from './handshake.js';
import { loss } from './loss.js';
import { masking } from './masking.js';
import { pingPong } from './ping-pong.js';
import { violation } from './violation.js';

export const LESSONS: readonly Lesson[] = [
  handshake,
  frameHeader,
  masking,
  fragments,
  pingPong,
  closing,
  deflate,
  loss,
  violation,
  closeFaults,
];
