/**
 * The model, to whatever is drawn.
 */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { PageModel } from './model.js';

export const ModelContext = createContext<PageModel | undefined>(undefined);

export function useModel(): PageModel {
  const model = useContext(ModelContext);
  if (model === undefined) throw new Error('drawn outside of the page');
  return model;
}
