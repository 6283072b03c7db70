/** What happened, as it happened: every attempt for the history, every claim with its first answer for the figures. */
import type { Attempt } from '../history/attempt.ts';
import type { Answer } from './answer.ts';
import type { Buyer } from './connection.ts';

/** One request of one buyer: a press, with all the times it is sent. */
export interface Claim {
  readonly buyer: Buyer;
  readonly connectionIndex: number;
  readonly requestId: string;
  readonly intendedAt: number;
  prepared: Buffer | undefined;
  /** Copies still to be sent once the first has its answer. */
  copiesLater: number;
  /** When its first copy was handed to the connection; 0 before. Later than `intendedAt` by what this client costs. */
  firstSentAt: number;
  /** The outcome of any copy, the ledger's before the gate's, and when the first was read. */
  answer: Answer | null;
  answeredAt: number;
}

export class RunRecord {
  readonly dropId: string;
  readonly transport: 'http' | 'ws';
  readonly attempts: Attempt[] = [];
  /** Claims sent again, by what made it necessary. */
  readonly retries = new Map<string, number>();
  /** Answers that are neither an outcome nor a reason to send again, and claims that got none at all. */
  readonly errors = new Map<string, number>();

  constructor(dropId: string, transport: 'http' | 'ws') {
    this.dropId = dropId;
    this.transport = transport;
  }

  /** Keeps one attempt at a claim; `answer` is `null` when none came. */
  keep(claim: Claim, kind: Attempt['kind'], sentAt: number, answer: Answer | null, answeredAt: number | null): void {
    this.attempts.push({
      userId: claim.buyer.id,
      dropId: this.dropId,
      requestId: claim.requestId,
      kind,
      transport: kind === 'lookup' ? 'http' : this.transport,
      intendedAt: claim.intendedAt,
      sentAt,
      answeredAt,
      status: answer?.status ?? null,
      outcome: answer?.outcome ?? null,
      errorCode: answer?.errorCode ?? null,
      arrival: answer?.arrival ?? null,
      serial: answer?.serial ?? null,
      grantId: answer?.grantId ?? null,
      code: answer?.code ?? null,
    });
  }

  countRetry(reason: string): void {
    this.retries.set(reason, (this.retries.get(reason) ?? 0) + 1);
  }

  countError(kind: string): void {
    this.errors.set(kind, (this.errors.get(kind) ?? 0) + 1);
  }
}
