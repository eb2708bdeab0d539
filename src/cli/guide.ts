/**
 * Writes the guide into the folder that is named, for `npm run guide`; files there that are none of it go.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeGuide } from '../lesson/guide.js';

const [, , folder] = process.argv;
const guide = await makeGuide();
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder))
  if (/\.(md|svg)$/.test(name) && !guide.has(name)) rmSync(join(folder, name));
for (const [name, content] of guide) writeFileSync(join(folder, name), content);
