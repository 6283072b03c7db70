import type { Case } from '../case.ts';
import { ENDS } from './ends.ts';
import { LIMITS } from './limits.ts';
import { RESUME } from './resume.ts';
import type { Stage } from './stage.ts';
import { STREAMS } from './streams.ts';
import { TOLD } from './told.ts';
import { VIEWS } from './views.ts';
import { WHO } from './who.ts';

/** Restarts come last: nothing runs beside them, and nothing after them on what they leave. */
export const SERVER_CASES: readonly Case<Stage>[] = [
  ...WHO,
  ...TOLD,
  ...RESUME,
  ...VIEWS,
  ...ENDS,
  ...STREAMS,
  ...LIMITS,
];
