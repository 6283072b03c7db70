import type { Case } from '../case.ts';
import { HEARING } from './hearing.ts';
import type { Play } from './play.ts';
import { RETURNING } from './returning.ts';
import { WAYS } from './ways.ts';

export const CLIENT_CASES: readonly Case<Play>[] = [...HEARING, ...RETURNING, ...WAYS];
