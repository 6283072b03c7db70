/**
 * What the processes tell each other, one channel per kind of news. All of it is true when told: it is told after the commit.
 *
 *   ledger           a commit on a drop                    from whoever decided            to all gateways: gates, live stock
 *   deleted          a drop is gone                        from where it was deleted       to all gateways
 *   queued           a claim waits in the queue             from the gateway that took it   to all gateways: its repeats
 *   outcomes/<name>  the answers to claims from the queue  from the sequencer              to the gateway that asked
 *   sessions         a session has ended                   from where it was ended         to all gateways: tokens, sockets
 *   messages         numbered messages for people          from whoever wrote them         to the gateways that have their sockets
 *   late             answers to claims that were queued    from the gateway that took them to the gateways that have their sockets
 *   rates            who is calling a lot                  from every gateway              to all gateways: shared limits
 */
import type { ClaimRequest, DropStanding } from '../ledger/ledger.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { Numbered } from '../realtime/inbox.ts';
import type { Broadcast } from './broadcast.ts';

export interface LedgerNews {
  readonly dropId: string;
  /** After the commit; `standing.entries` is the number of the last entry that it wrote, `firstEntry` that of the first. */
  readonly standing: DropStanding;
  readonly firstEntry?: number;
  readonly claims: readonly ClaimRequest[];
  /** The entry tells of a change of the drop's terms, which stand in its row. */
  readonly amended?: true;
}

export interface QueuedNews extends ClaimRequest {
  readonly dropId: string;
}

export interface DeletedNews {
  readonly dropId: string;
}

/** `null` in the place of an outcome: the drop is unknown. */
export interface OutcomesNews {
  readonly dropId: string;
  readonly answers: readonly (readonly [request: ClaimRequest, outcome: Outcome | null])[];
}

export interface SessionNews {
  readonly sessionId: string;
}

/** In the order of their numbers, without gaps. */
export interface MessagesNews {
  readonly messages: readonly Numbered[];
}

/** A message of the socket, ready to send. */
export interface LateNews {
  readonly userId: string;
  readonly message: string;
}

export interface RateNews {
  readonly limit: string;
  readonly counts: readonly (readonly [key: string, count: number])[];
}

interface NewsByChannel {
  ledger: LedgerNews;
  deleted: DeletedNews;
  queued: QueuedNews;
  sessions: SessionNews;
  messages: MessagesNews;
  late: LateNews;
  rates: RateNews;
}

/** The typed side of the broadcast. */
export class News {
  readonly #broadcast: Broadcast;
  /** This process, among those that put claims into the queue. */
  readonly name: string;
  readonly #own = new Map<keyof NewsByChannel, ((news: never) => void)[]>();
  #hearOwnOutcomes: ((news: OutcomesNews) => void) | undefined;

  constructor(broadcast: Broadcast, name: string) {
    this.#broadcast = broadcast;
    this.name = name;
  }

  /** Whether all that is told is heard: see Broadcast. */
  get hearing(): boolean {
    return this.#broadcast.connected;
  }

  onHearingAgain(listener: () => void): void {
    this.#broadcast.onConnected(listener);
  }

  /** Tells all other processes. */
  tell<Channel extends keyof NewsByChannel>(channel: Channel, news: NewsByChannel[Channel]): void {
    this.#broadcast.publish(channel, JSON.stringify(news));
  }

  /** Tells all, this process first and at once. */
  announce<Channel extends keyof NewsByChannel>(channel: Channel, news: NewsByChannel[Channel]): void {
    for (const hear of this.#own.get(channel) ?? []) hear(news as never);
    this.tell(channel, news);
  }

  hear<Channel extends keyof NewsByChannel>(
    channel: Channel,
    listener: (news: NewsByChannel[Channel]) => void,
  ): Promise<void> {
    this.#own.set(channel, [...(this.#own.get(channel) ?? []), listener]);
    return this.#broadcast.subscribe(channel, (message) => listener(JSON.parse(message) as NewsByChannel[Channel]));
  }

  /** To the gateway that asked. */
  tellOutcomes(gateway: string, news: OutcomesNews): void {
    if (gateway === this.name && this.#hearOwnOutcomes !== undefined) this.#hearOwnOutcomes(news);
    else this.#broadcast.publish(`outcomes/${gateway}`, JSON.stringify(news));
  }

  hearOutcomes(listener: (news: OutcomesNews) => void): Promise<void> {
    this.#hearOwnOutcomes = listener;
    return this.#broadcast.subscribe(`outcomes/${this.name}`, (message) => {
      listener(JSON.parse(message) as OutcomesNews);
    });
  }
}
