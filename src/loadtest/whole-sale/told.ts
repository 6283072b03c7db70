/** Slots and payments as the server tells of them, over HTTP and over the socket. What cannot be read is `undefined`. */

export interface GrantTold {
  readonly id: string;
  readonly state: string;
  /** By the server's clock. */
  readonly holdUntilMs: number;
}

export interface PaymentTold {
  readonly id: string;
  readonly state: string;
  readonly failure: string | null;
}

/** As long as it is in one of these, its end is yet to come. */
const OPEN = new Set(['pending', 'refunding']);

export function isDecided({ state }: PaymentTold): boolean {
  return !OPEN.has(state);
}

export function readGrant(value: unknown): GrantTold | undefined {
  const { id, state, holdUntil } = membersOf(value);
  if (typeof id !== 'string' || typeof state !== 'string') return undefined;
  return { id, state, holdUntilMs: Date.parse(String(holdUntil)) };
}

export function readPayment(value: unknown): PaymentTold | undefined {
  const { id, state, failure } = membersOf(value);
  if (typeof id !== 'string' || typeof state !== 'string') return undefined;
  return { id, state, failure: typeof failure === 'string' ? failure : null };
}

export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
