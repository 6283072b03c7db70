/** What `--whole-sale` adds to the command line. */
import type { ParseArgsOptionsConfig } from 'node:util';

/** All shares are in percent. */
export interface WholeSaleOptions {
  readonly holdSeconds: number;
  /** Of those who win a unit. Whoever neither pays nor gives back walks away, and the hold ends. */
  readonly pay: number;
  readonly giveBack: number;
  /** Of those who were refused. */
  readonly join: number;
  /** Of those who wait. */
  readonly leave: number;
  /** Of those who pay. */
  readonly declined: number;
  readonly late: number;
  /** From the opening on. */
  readonly withinSeconds: number;
}

const ownFlags = {
  hold: { type: 'string' },
  pay: { type: 'string' },
  'give-back': { type: 'string' },
  join: { type: 'string' },
  leave: { type: 'string' },
  declined: { type: 'string' },
  late: { type: 'string' },
  within: { type: 'string' },
} satisfies ParseArgsOptionsConfig;

export const wholeSaleFlags = { 'whole-sale': { type: 'boolean' }, ...ownFlags } satisfies ParseArgsOptionsConfig;

export const wholeSaleDefaults = { stock: '200', kind: 'product' };

type Given = { readonly [Name in keyof typeof ownFlags]?: string | undefined } & {
  readonly 'whole-sale'?: boolean | undefined;
  readonly kind?: string | undefined;
  readonly transport: string;
  readonly rate?: string | undefined;
  readonly presses?: string | undefined;
  readonly repeat: string;
};

interface Reading {
  readonly whole: (name: string, value: string | undefined, minimum: number, maximum: number) => number;
  readonly mistakes: string[];
}

/** `null` when no whole sale is asked for. Mistakes go to the list. */
export function readWholeSale(given: Given, { whole, mistakes }: Reading): WholeSaleOptions | null {
  if (!given['whole-sale']) {
    const stray = Object.keys(ownFlags).filter((name) => given[name as keyof typeof ownFlags] !== undefined);
    mistakes.push(...stray.map((name) => `--${name} belongs to --whole-sale`));
    return null;
  }
  mistakes.push(...conflicts(given));
  const percent = (name: keyof typeof ownFlags, fallback: string) => whole(name, given[name] ?? fallback, 0, 100);
  const options: WholeSaleOptions = {
    // The server keeps holds to the second, and takes none below three.
    holdSeconds: whole('hold', given.hold ?? '8', 3, 3600),
    pay: percent('pay', '60'),
    giveBack: percent('give-back', '20'),
    join: percent('join', '80'),
    leave: percent('leave', '10'),
    declined: percent('declined', '15'),
    late: percent('late', '10'),
    withinSeconds: whole('within', given.within ?? '180', 1, 7200),
  };
  if (options.pay + options.giveBack > 100)
    mistakes.push('--pay and --give-back are shares of the same winners: together at most 100');
  if (options.declined + options.late > 100)
    mistakes.push('--declined and --late are shares of the same buyers: together at most 100');
  return options;
}

function conflicts({ kind, transport, rate, presses, repeat }: Given): string[] {
  const conflicts: string[] = [];
  if (kind !== undefined && kind !== 'product')
    conflicts.push('--whole-sale sells a product: leave --kind away, coupons are not paid');
  if (transport !== 'ws') conflicts.push('--whole-sale needs sockets, offers come over them: leave --transport away');
  if (rate !== undefined || presses !== undefined || repeat !== '1')
    conflicts.push(
      'in a --whole-sale everybody presses once, at the opening: leave --rate, --presses and --repeat away',
    );
  return conflicts;
}
