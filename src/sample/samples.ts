/**
 * All samples by their names: the scenarios, and how each rule is broken.
 */
import { SCENARIOS, type Scenario } from './scenarios.js';
import { VIOLATIONS } from './violations.js';

export const SAMPLES: readonly Scenario[] = [...SCENARIOS, ...VIOLATIONS];

export function findSample(name: string): Scenario | undefined {
  return SAMPLES.find((sample) => sample.name === name);
}
