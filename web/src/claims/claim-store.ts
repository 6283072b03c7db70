import { parseStored, readSession, writeSession } from '../storage/storage.ts';
import type { Answer, Press } from './claim.ts';

const pressesKey = 'doorbuster.presses';
const answersKey = 'doorbuster.answers';
/** Far more than a person presses in a sitting; the oldest go first. */
const keptMax = 20;

/** Presses without an answer, and answers already given, for as long as the tab lives. */
export const claimStore = {
  presses: (): Press[] => parseStored(readSession(pressesKey), isListOf<Press>('requestId')) ?? [],

  keepPress(press: Press): void {
    const others = this.presses().filter((kept) => kept.requestId !== press.requestId);
    writeSession(pressesKey, JSON.stringify([...others, press].slice(-keptMax)));
  },

  dropPress(requestId: string): void {
    writeSession(pressesKey, JSON.stringify(this.presses().filter((kept) => kept.requestId !== requestId)));
  },

  answers: (): Answer[] => parseStored(readSession(answersKey), isListOf<Answer>('outcome')) ?? [],

  keepAnswer(answer: Answer): void {
    const others = this.answers().filter((kept) => kept.requestId !== answer.requestId);
    writeSession(answersKey, JSON.stringify([...others, answer].slice(-keptMax)));
  },

  /** What came of the grant has ended: it is nothing to be shown again. */
  dropAnswer(grantId: string): void {
    writeSession(answersKey, JSON.stringify(this.answers().filter((kept) => kept.grantId !== grantId)));
  },
};

function isListOf<T>(field: string) {
  return (value: unknown): value is T[] =>
    Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null && field in item);
}
