/**
 * What happens to the grants of some drops, one act at a time. An act is a line that people can read, so that a test is a table, and the order of acts that the
 * random test found to fail can be kept as one.
 *
 *   claim alice r1, bob r2        wait bob r2        leave bob                      on the first drop; `claim B alice r1` is on the second
 *   use alice #1 k1, till B#1 k2  give back alice #1                                a use has a key, and may have the merchant's word: `use till #1 k2 word`
 *   expire #1, B#1                offer 2            clock past hold of #1          `clock past end of #1`: of its validity, and of what it was kept longer
 *   amend stock 2 limit 1 line on close              reopen            cancel
 *   pay alice #1 p1               begin p1           decide p1 charged              alice opens the payment p1; the provider is about to be asked; it has answered
 */
export interface Request {
  readonly userId: string;
  readonly requestId: string;
}

export interface Place {
  /** 0 is the first drop, A. */
  readonly drop: number;
  readonly serial: number;
}

export interface UseAct extends Place {
  /** Null: at the till. */
  readonly userId: string | null;
  readonly key: string;
  readonly reference: string | null;
}

export interface Terms {
  readonly stock?: number;
  readonly limit?: number;
  readonly line?: boolean;
}

export type Word = 'charged' | 'mischarged' | 'declined' | 'silent' | 'refunded';

export type Act =
  | { readonly act: 'claim' | 'wait'; readonly drop: number; readonly requests: readonly Request[] }
  | { readonly act: 'leave'; readonly drop: number; readonly userId: string }
  | { readonly act: 'use'; readonly uses: readonly UseAct[] }
  | { readonly act: 'give back'; readonly grants: readonly (Place & { readonly userId: string })[] }
  | { readonly act: 'expire'; readonly grants: readonly Place[] }
  | { readonly act: 'clock past hold of' | 'clock past end of'; readonly grants: readonly Place[] }
  | { readonly act: 'offer'; readonly drop: number; readonly units: number }
  | { readonly act: 'amend'; readonly drop: number; readonly terms: Terms }
  | { readonly act: 'close' | 'reopen' | 'cancel'; readonly drop: number }
  | { readonly act: 'pay'; readonly grant: Place; readonly userId: string; readonly payment: string }
  | { readonly act: 'begin'; readonly payment: string }
  | { readonly act: 'decide'; readonly payment: string; readonly word: Word };

const VERBS = [
  ...['claim', 'wait', 'leave', 'use', 'give back', 'expire', 'clock past hold of', 'clock past end of', 'offer'],
  ...['amend', 'close', 'reopen', 'cancel', 'pay', 'begin', 'decide'],
] as const satisfies Act['act'][];

export const NAMES = ['alice', 'bob', 'carol', 'dave', 'erin'];
const LETTERS = 'ABC';

export const nameOf = (userId: string): string => NAMES[Number(userId) - 1] ?? userId;

function userIdOf(name: string): string {
  const place = NAMES.indexOf(name);
  if (place < 0) throw new Error(`nobody is called ${name}`);
  return String(place + 1);
}

export const placeText = ({ drop, serial }: Place): string => `${drop === 0 ? '' : LETTERS[drop]}#${serial}`;

function readPlace(text: string): Place {
  const { letter, serial } = /^(?<letter>[ABC]?)#(?<serial>\d+)$/.exec(text)?.groups ?? {};
  if (serial === undefined) throw new Error(`${text} is no grant: #1, B#1`);
  return { drop: letter ? LETTERS.indexOf(letter) : 0, serial: Number(serial) };
}

export function readAct(line: string): Act {
  const text = line.trim().replace(/\s+/g, ' ');
  const act = VERBS.find((verb) => text === verb || text.startsWith(`${verb} `));
  if (act === undefined) throw new Error(`"${line}" is no act`);
  const words = text.slice(act.length).trim().split(' ');
  const drop = LETTERS.indexOf(/^[ABC]$/.test(words[0] ?? '') ? (words.shift() ?? '') : 'A');
  const items = words
    .join(' ')
    .split(',')
    .map((item) => item.trim().split(' '));
  const [first = '', second = '', third = ''] = items[0] ?? [];
  switch (act) {
    case 'claim':
    case 'wait':
      return {
        act,
        drop,
        requests: items.map(([name = '', requestId = '']) => ({ userId: userIdOf(name), requestId })),
      };
    case 'leave':
      return { act, drop, userId: userIdOf(first) };
    case 'use':
      return {
        act,
        uses: items.map(([who = '', grant = '', key = '', reference = null]) => {
          return { ...readPlace(grant), userId: who === 'till' ? null : userIdOf(who), key, reference };
        }),
      };
    case 'give back':
      return {
        act,
        grants: items.map(([who = '', grant = '']) => ({ ...readPlace(grant), userId: userIdOf(who) })),
      };
    case 'expire':
    case 'clock past hold of':
    case 'clock past end of':
      return { act, grants: items.map(([grant = '']) => readPlace(grant)) };
    case 'offer':
      return { act, drop, units: Number(first) };
    case 'amend':
      return { act, drop, terms: readTerms(items[0] ?? []) };
    case 'pay':
      return { act, userId: userIdOf(first), grant: readPlace(second), payment: third };
    case 'begin':
      return { act, payment: first };
    case 'decide':
      return { act, payment: first, word: second as Word };
    default:
      return { act, drop };
  }
}

function readTerms(words: readonly string[]): Terms {
  const after = (name: string): string | undefined =>
    words.includes(name) ? words[words.indexOf(name) + 1] : undefined;
  const [stock, limit, line] = [after('stock'), after('limit'), after('line')];
  return {
    ...(stock !== undefined && { stock: Number(stock) }),
    ...(limit !== undefined && { limit: Number(limit) }),
    ...(line !== undefined && { line: line === 'on' }),
  };
}

/** The line that `readAct` reads. */
export function lineOf(act: Act): string {
  const on = 'drop' in act && act.drop > 0 ? `${act.act} ${LETTERS[act.drop]}` : act.act;
  switch (act.act) {
    case 'claim':
    case 'wait':
      return `${on} ${act.requests.map(({ userId, requestId }) => `${nameOf(userId)} ${requestId}`).join(', ')}`;
    case 'leave':
      return `${on} ${nameOf(act.userId)}`;
    case 'use':
      return `${on} ${act.uses.map(useText).join(', ')}`;
    case 'give back':
      return `${on} ${act.grants.map((grant) => `${nameOf(grant.userId)} ${placeText(grant)}`).join(', ')}`;
    case 'expire':
    case 'clock past hold of':
    case 'clock past end of':
      return `${on} ${act.grants.map(placeText).join(', ')}`;
    case 'offer':
      return `${on} ${act.units}`;
    case 'amend':
      return `${on} ${termsText(act.terms)}`;
    case 'pay':
      return `${on} ${nameOf(act.userId)} ${placeText(act.grant)} ${act.payment}`;
    case 'begin':
      return `${on} ${act.payment}`;
    case 'decide':
      return `${on} ${act.payment} ${act.word}`;
    default:
      return on;
  }
}

function useText({ userId, key, reference, ...place }: UseAct): string {
  return [
    userId === null ? 'till' : nameOf(userId),
    placeText(place),
    key,
    ...(reference === null ? [] : [reference]),
  ].join(' ');
}

function termsText({ stock, limit, line }: Terms): string {
  return [
    ...(stock === undefined ? [] : [`stock ${stock}`]),
    ...(limit === undefined ? [] : [`limit ${limit}`]),
    ...(line === undefined ? [] : [`line ${line ? 'on' : 'off'}`]),
  ].join(' ');
}
