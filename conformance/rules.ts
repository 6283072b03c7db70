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
