/** S9: coming back. */
import { type Case, expectThat, NotTried, pause } from '../case.ts';
import type { Person } from './api.ts';
import { type Message, matches } from './heard.ts';
import { severalNodes } from './needs.ts';
import type { Stage } from './stage.ts';
import { cursorsOf, expectSame, hearsGrant, live, personal } from './talk.ts';
import type { Wire } from './wire.ts';

/** Given out by nobody: numbers that are counted do not come so far. */
const TOO_GREAT = '9007199254740990';
export const NEVER_GIVEN_OUT: readonly string[] = [TOO_GREAT, '-1', '1.5', '0x10', 'yesterday', '4'.repeat(120)];
/** Of those that are kept; more may come while somebody comes back. */
const SURELY_KEPT = 0.9;
const DROPS_OF_MANY = 4;
const COUPONS_PER_DROP = 99;

export const RESUME: readonly Case<Stage>[] = [
  ...[
    { where: 'at the same node', node: 0 },
    { where: 'at another node', node: 1, needs: severalNodes },
  ].map(({ where, node, needs }) => ({
    rule: 'S9',
    name: `who comes back ${where} gets what was missed, oldest first, then what is new`,
    ...(needs && { needs }),
    async run(stage: Stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const witness = await stage.member(person);
      const left = await stage.member(person, { node });
      const seen = await person.win(stage.node(), dropId);
      const { cursor } = await hearsGrant(left, seen, 'granted');
      left.close();
      await hearsGrant(witness, seen, 'granted');
      await live(stage, person, dropId, witness);
      const back = await comeBack(stage, person, node, String(cursor));
      const fresh = await person.win(stage.node(), dropId);
      await hearsGrant(back, fresh, 'granted');
      await hearsGrant(witness, fresh, 'granted');
      const last = personal(back).findLast((message) => matches(message, { type: 'grant' }));
      const upTo = (messages: readonly Message[]) =>
        messages.filter((message) => Number(message['cursor']) <= Number(last?.['cursor']));
      const missed = personal(witness).filter((message) => Number(message['cursor']) > Number(cursor));
      expectSame(upTo(missed), upTo(personal(back)), 'all that came after the cursor, as the other socket heard it');
    },
  })),
  ...['welcome', 'pong'].map((type) => ({
    rule: 'S9',
    name: `the cursor of a \`${type}\` is one to come back with`,
    async run(stage: Stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const [witness, left] = [await stage.member(person), await stage.member(person)];
      let cursor = left.messages[0]?.['cursor'];
      if (type === 'pong') {
        await live(stage, person, dropId, left, 1);
        cursor = (await left.ping())['cursor'];
      }
      left.close();
      const missed = await person.win(stage.node(), dropId);
      await hearsGrant(witness, missed, 'granted');
      const back = await comeBack(stage, person, 0, String(cursor));
      await hearsGrant(back, missed, 'granted');
      const first = cursorsOf(personal(back))[0] ?? 0;
      expectThat(first > Number(cursor), `only what came after ${cursor}`, back.heard.describe());
    },
  })),
  {
    rule: 'S9',
    name: 'nothing missed: `resumed: true`, and nothing is repeated',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const left = await stage.member(person);
      await live(stage, person, dropId, left, 1);
      const { cursor } = await left.ping();
      left.close();
      const back = await comeBack(stage, person, 0, String(cursor));
      await pause(300);
      await back.ping();
      const repeated = personal(back).filter((message) => Number(message['cursor']) <= Number(cursor));
      expectThat(repeated.length === 0, 'nothing that was told up to the cursor', repeated);
    },
  },
  {
    rule: 'S9',
    name: 'a cursor that was never given out, or is none: `resumed: false`, and messages from now on',
    async run(stage) {
      const [person, dropId] = await Promise.all([stage.person(), stage.drop()]);
      const wires: Wire[] = [];
      // As many as an account may surely have.
      for (const unknown of NEVER_GIVEN_OUT.slice(0, stage.settings.socketsPerUser)) {
        const wire = await stage.socket();
        const { resumed, cursor } = await wire.authenticate(await person.token(), unknown);
        expectThat(resumed === false, `\`resumed: false\` for ${unknown}`, { resumed });
        expectThat(/^\d{1,16}$/.test(String(cursor)) && cursor !== unknown, 'where messages begin', cursor);
        wires.push(wire);
      }
      const won = await person.win(stage.node(), dropId);
      for (const wire of wires) await hearsGrant(wire, won, 'granted');
    },
  },
  {
    rule: 'S9',
    name: 'more than 1,000 missed messages: `resumed: false`; fewer come all, however little may wait for a client (S17)',
    pace: 'slow',
    async run(stage) {
      const { keptMessages } = stage.settings.times;
      const person = await stage.person();
      const drops = await Promise.all(Array.from({ length: DROPS_OF_MANY }, () => stage.drop()));
      const witness = await stage.member(person);
      const cursor = witness.messages[0]?.['cursor'];
      const staying = setInterval(() => {
        void person.token().then((token) => witness.send({ type: 'authenticate', token }));
      }, 1_000);
      try {
        await manyMessages(stage, person, drops, () => personal(witness).length > keptMessages);
      } finally {
        clearInterval(staying);
      }
      const wire = await stage.socket();
      // More may come at any moment.
      const told = cursorsOf(personal(witness)).at(-1) ?? 0;
      const { resumed, cursor: now } = await wire.authenticate(await person.token(), String(cursor));
      expectThat(resumed === false, `\`resumed: false\` after ${personal(witness).length} messages`, { resumed });
      expectThat(Number(now) >= told, `a cursor from ${told} on`, now);
      const missed = personal(witness).slice(-Math.floor(keptMessages * SURELY_KEPT));
      const before = personal(witness).at(-missed.length - 1);
      const back = await comeBack(stage, person, 0, String(before?.['cursor']));
      await back.heard.when(() => (personal(back).length >= missed.length ? true : undefined), {
        withinMs: 15_000,
        whileOpen: true,
      });
      expectSame(missed, personal(back).slice(0, missed.length), 'all that came after the cursor');
    },
  },
];

async function comeBack(stage: Stage, person: Person, node: number, cursor: string): Promise<Wire> {
  const wire = await stage.socket(node);
  const welcome = await wire.authenticate(await person.token(), cursor);
  expectThat(welcome['resumed'] === true, `\`resumed: true\` for cursor ${cursor}`, welcome);
  return wire;
}

/** Claims and uses until there are enough. */
async function manyMessages(
  stage: Stage,
  person: Person,
  drops: readonly string[],
  isEnough: () => boolean,
): Promise<void> {
  // Each drop by one lane: claims of one person on one drop wait for each other.
  const lane = async (dropId: string, node: number): Promise<void> => {
    for (let count = 0; count < COUPONS_PER_DROP && !isEnough(); count += 1) {
      await person.use(stage.node(node), await person.win(stage.node(node), dropId));
    }
  };
  await Promise.all(drops.map(lane));
  for (let tries = 0; tries < 20 && !isEnough(); tries += 1) await pause(200);
  if (!isEnough()) throw new NotTried('many claims and uses make fewer messages here');
}
