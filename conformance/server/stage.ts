/** What one case plays with: people, drops, connections. All of it is left behind or closed when the case is over. */
import { call, expectStatus, Person, Session } from './api.ts';
import { EventStream, type StreamOptions } from './event-stream.ts';
import type { ServerSettings } from './settings.ts';
import { Wire, type WireOptions } from './wire.ts';

/** Shared by all cases of a run. */
export class Shop {
  readonly settings: ServerSettings;
  #administrator: Promise<Session> | undefined;
  readonly #idle: Person[] = [];
  #crowdOfDrops: Promise<string[]> | undefined;
  #heartbeat: Promise<number> | undefined;

  constructor(settings: ServerSettings) {
    this.settings = settings;
  }

  async administrator(): Promise<string> {
    this.#administrator ??= Session.signIn(this.node(0), this.settings.admin.login, this.settings.admin.password);
    const session = await this.#administrator;
    return session.token();
  }

  /** Somebody whom no other case has at the moment. Sign-ups are limited, so people are had again. */
  async takeBystander(): Promise<Person> {
    return this.#idle.pop() ?? Person.signUp(this.node(0));
  }

  giveBack(person: Person): void {
    this.#idle.push(person);
  }

  node(number: number): string {
    const { servers } = this.settings;
    return servers[number % servers.length] ?? '';
  }

  /** An open coupon drop, but for what is given. Its id. */
  async drop(change: object = {}): Promise<string> {
    const terms = {
      kind: 'coupon',
      title: 'Conformance',
      stock: 100,
      perUserLimit: 100,
      opensAt: new Date(Date.now() - 1_000).toISOString(),
      ...('kind' in change ? {} : { discount: { percent: 10 }, validForDays: 30 }),
    };
    const given = { token: await this.administrator(), body: { ...terms, ...change } };
    return String(expectStatus(await call(this.node(0), 'POST', '/v1/drops', given), 201, 'a new drop').body.id);
  }

  /** Of those that nobody has claimed. */
  async deleteDrop(dropId: string): Promise<void> {
    const given = { token: await this.administrator() };
    expectStatus(await call(this.node(0), 'DELETE', `/v1/drops/${dropId}`, given), 204, 'the end of a drop');
  }

  /** Many, for lists; nobody claims there. */
  crowdOfDrops(): Promise<string[]> {
    this.#crowdOfDrops ??= this.#makeCrowdOfDrops();
    return this.#crowdOfDrops;
  }

  async #makeCrowdOfDrops(): Promise<string[]> {
    const ids: string[] = [];
    while (ids.length < CROWD_OF_DROPS) {
      ids.push(...(await Promise.all(Array.from({ length: 5 }, () => this.drop()))));
    }
    return ids;
  }

  /** Of `welcome`. */
  heartbeatSeconds(): Promise<number> {
    this.#heartbeat ??= this.#askHeartbeat();
    return this.#heartbeat;
  }

  async #askHeartbeat(): Promise<number> {
    const wire = new Wire(this.node(0));
    try {
      return Number((await wire.authenticate())['heartbeatSeconds']);
    } finally {
      wire.close();
    }
  }
}

export const CROWD_OF_DROPS = 40;

export class Stage {
  readonly shop: Shop;
  readonly settings: ServerSettings;
  readonly #open: { close(): void }[] = [];
  #bystander: Promise<Person> | undefined;

  constructor(shop: Shop) {
    this.shop = shop;
    this.settings = shop.settings;
  }

  get hasNodes(): boolean {
    return this.settings.servers.length > 1;
  }

  node(number = 0): string {
    return this.shop.node(number);
  }

  drop(change?: object): Promise<string> {
    return this.shop.drop(change);
  }

  /** Somebody new, with messages of nobody else's making but those of the sign-up. */
  async person(): Promise<Person> {
    return Person.signUp(this.node());
  }

  /** For cases that do not look at that person's messages: those of another case may still come. */
  bystander(): Promise<Person> {
    this.#bystander ??= this.shop.takeBystander();
    return this.#bystander;
  }

  async socket(node = 0, options: WireOptions = {}): Promise<Wire> {
    const wire = new Wire(this.node(node), options);
    this.#open.push(wire);
    await wire.opened();
    return wire;
  }

  /** Authenticated already. */
  async member(
    person: Person,
    { node = 0, cursor }: { node?: number; cursor?: string | undefined } = {},
  ): Promise<Wire> {
    const token = await person.token();
    const wire = await this.socket(node);
    await wire.authenticate(token, cursor);
    return wire;
  }

  async guest(node = 0): Promise<Wire> {
    const wire = await this.socket(node);
    await wire.authenticate();
    return wire;
  }

  async stream(node = 0, options: StreamOptions = {}): Promise<EventStream> {
    const stream = await EventStream.open(this.node(node), options);
    this.#open.push(stream);
    return stream;
  }

  /** Closed with the rest. */
  keep(closeable: { close(): void }): void {
    this.#open.push(closeable);
  }

  async close(): Promise<void> {
    for (const one of this.#open) one.close();
    if (this.#bystander !== undefined) this.shop.giveBack(await this.#bystander);
  }
}
