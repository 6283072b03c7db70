/** The rules as docs/socket.md has them: the document is the source, the cases follow it. */
import { readFileSync } from 'node:fs';

export interface Rule {
  readonly id: string;
  readonly text: string;
}

const DOCUMENT = new URL('../docs/socket.md', import.meta.url);

export function readRules(document: string = readFileSync(DOCUMENT, 'utf8')): Rule[] {
  return [...document.matchAll(/^- \*\*([SC]\d+)\*\* (.+(?:\n {2}.+)*)/gm)].map(([, id = '', text = '']) => ({
    id,
    text: text.replaceAll(/\s+/g, ' '),
  }));
}

/** Those of one side. */
export function rulesOf(side: 'S' | 'C'): Rule[] {
  return readRules().filter(({ id }) => id.startsWith(side));
}

/** Parts of rules that nobody outside can see in time; the report says so. */
export const NEVER_TRIED: readonly (readonly [rule: string, part: string])[] = [
  ['S9', 'messages older than seven days'],
  ['S12', '`queued`, and an answer that comes when the socket is another account’s'],
  ['S16', '2,000 unknown drops in a minute that come from one address'],
  ['S17', 'the ten seconds, the 2,000 messages, and what waits for all clients together'],
  ['S18', 'SOCKETS_MAX'],
  ['S19', 'a database that has lost messages'],
  ['S23', 'S17 on a stream: nobody can make one grow quickly from outside'],
  ['S24', 'a stream that is not read'],
  ['C4', 'that waits stop growing at 20 s'],
  ['C9', 'WebSockets that open and never say a word, and the one that is tried again after some minutes'],
];
