/**
 * Ten thousand people on one gateway, each with a socket of their own: they watch, claim once, hear their messages, lose their sockets all at once and come back with
 * their cursors. As docs/socket.md says for clients, without their patience: when they come back is part of the measurement.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import type { Heard, ListenersCommand, Rush } from './listeners-protocol.ts';
import { failClient } from './protocol.ts';

const OPEN_AT_ONCE = 100;
const FOLLOW_AT_ONCE = 32;
const ANSWERS_WITHIN_MS = 60_000;
const TICK_MS = 10;
const AGAIN_AFTER_MS = 500;
const url = process.argv[2] ?? failClient('the server’s address is missing');

interface Message {
  readonly type: string;
  readonly cursor?: string;
  readonly resumed?: boolean;
  readonly outcome?: string;
  readonly requestId?: string;
  readonly state?: string;
  readonly grant?: { readonly id: string; readonly grantedAt: string };
}

interface Person {
  readonly token: string;
  socket: WebSocket | undefined;
  cursor: string | undefined;
  requestId: string;
  answer: string | undefined;
  pressed: boolean;
  soldOutAtMs: number;
  readonly grants: Map<string, number>;
}

let people: Person[] = [];
let watched: string | undefined;
let claimed = '';
let answered = 0;
let resumed = 0;
let backMs: number[] = [];
const heard = { grant: 0, notification: 0 };
const receivedAtMs: { grant: number[]; notification: number[] } = { grant: [], notification: [] };
let latenciesMs: number[] = [];
let outOfOrder = 0;
/** All watchers get the same bytes: they are read once. */
let lastText = '';
let lastSoldOut = false;

process.on('message', (command: ListenersCommand) => {
  run(command).then(
    (answer) => process.send?.(answer),
    (error: Error) => failClient(error.message),
  );
});
process.on('disconnect', () => process.exit());

async function run(command: ListenersCommand): Promise<object> {
  switch (command.type) {
    case 'connect':
      people = command.tokens.map((token) => ({
        ...{ token, socket: undefined, cursor: undefined, requestId: '', answer: undefined, pressed: false },
        ...{ soldOutAtMs: 0, grants: new Map() },
      }));
      for (let first = 0; first < people.length; first += OPEN_AT_ONCE)
        await Promise.all(people.slice(first, first + OPEN_AT_ONCE).map(open));
      return { type: 'ready' };
    case 'watch':
      watched = command.dropId;
      for (const person of people) watch(person);
      await pause(1_000);
      return { type: 'ready' };
    case 'follow':
      await follow(command.dropId);
      return { type: 'ready' };
    case 'rush':
      return rush(command);
    default:
      return hear(command.kind, command.count, command.withinMs);
  }
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function open(person: Person): Promise<void> {
  const startedAtMs = nowMs();
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/socket`, { perMessageDeflate: false });
    person.socket = socket;
    const { token, cursor } = person;
    socket.on('open', () => socket.send(JSON.stringify({ type: 'authenticate', token, ...(cursor && { cursor }) })));
    socket.on('error', (error) => {
      if (socket === person.socket) failClient(error.message);
    });
    socket.on('close', (code) => {
      if (socket === person.socket) failClient(`the server closed a socket with ${code}`);
    });
    socket.on('message', (data: Buffer) => {
      if (socket !== person.socket) return;
      const message = receive(person, data);
      if (message?.type !== 'welcome') return;
      if (cursor !== undefined) backMs.push(nowMs() - startedAtMs);
      if (message.resumed) resumed += 1;
      if (cursor === undefined) person.cursor = message.cursor;
      if (watched !== undefined) watch(person);
      resolve();
    });
  });
}

async function follow(dropId: string): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let person = people[next++]; person !== undefined; person = people[next++]) {
      const { status } = await fetch(`${url}/v1/drops/${dropId}/interest`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${person.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ tell: ['drop_opening'] }),
      });
      if (status !== 200) throw new Error(`following was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: FOLLOW_AT_ONCE }, worker));
}

function watch({ socket }: Person): void {
  socket?.send(JSON.stringify({ type: 'watch', dropIds: [watched] }));
}

function receive(person: Person, data: Buffer): Message | undefined {
  const atMs = nowMs();
  const text = data.toString('latin1');
  if (text.startsWith('{"type":"drop"')) {
    if (text !== lastText) {
      const { state, dropId } = JSON.parse(text) as { state: string; dropId: string };
      lastText = text;
      lastSoldOut = state === 'sold_out' && dropId === watched;
    }
    if (lastSoldOut && person.soldOutAtMs === 0) person.soldOutAtMs = atMs;
    return undefined;
  }
  const message = JSON.parse(data.toString()) as Message;
  if (message.type === 'outcome' || message.type === 'error') answer(person, message);
  else if (message.type === 'grant' || message.type === 'notification') keep(person, message, atMs);
  return message;
}

function answer(person: Person, { type, requestId, outcome }: Message): void {
  if (requestId !== person.requestId || person.answer !== undefined) return;
  // Another try of the same claim: what a client does after `claim_in_flight` and the like.
  if (type === 'error') {
    setTimeout(() => press(person), AGAIN_AFTER_MS);
    return;
  }
  person.answer = outcome ?? 'unknown';
  answered += 1;
}

function keep(person: Person, { type, cursor, grant }: Message, atMs: number): void {
  if (Number(cursor) <= Number(person.cursor ?? 0)) outOfOrder += 1;
  person.cursor = cursor;
  heard[type as 'grant' | 'notification'] += 1;
  receivedAtMs[type as 'grant' | 'notification'].push(atMs);
  if (grant === undefined) return;
  latenciesMs.push(atMs - Date.parse(grant.grantedAt));
  person.grants.set(grant.id, (person.grants.get(grant.id) ?? 0) + 1);
}

function press(person: Person): void {
  person.pressed = true;
  if (person.socket?.readyState !== WebSocket.OPEN) return;
  person.socket.send(JSON.stringify({ type: 'claim', requestId: person.requestId, dropId: claimed }));
}

async function rush(command: ListenersCommand & { type: 'rush' }): Promise<Rush> {
  const { dropId, perSecond, breakAfterMs, backWithinMs = 0 } = command;
  claimed = dropId;
  answered = 0;
  resumed = 0;
  backMs = [];
  for (const person of people)
    Object.assign(person, { requestId: randomUUID(), answer: undefined, pressed: false, soldOutAtMs: 0 });
  const startedAtMs = nowMs();
  const breaking = breakAfterMs === undefined ? undefined : breakAndReturn(breakAfterMs, backWithinMs);
  // By the clock, so that a late timer is made up for.
  for (let pressed = 0; pressed < people.length; ) {
    await pause(TICK_MS);
    const due = Math.min(people.length, Math.floor(((nowMs() - startedAtMs) / 1000) * perSecond));
    for (; pressed < due; pressed += 1) press(people[pressed] as Person);
  }
  await breaking;
  const deadlineMs = nowMs() + ANSWERS_WITHIN_MS;
  while (answered < people.length && nowMs() < deadlineMs) await pause(20);
  const durationMs = nowMs() - startedAtMs;
  await pause(1_000);
  const answers: Record<string, number> = {};
  for (const { answer: word = 'none' } of people) answers[word] = (answers[word] ?? 0) + 1;
  return { answers, soldOutAtMs: people.map(({ soldOutAtMs }) => soldOutAtMs), backMs, resumed, durationMs };
}

/** All at once, as when a gateway dies; each comes back at an hour of its own, and what it has not heard an answer to it sends again. */
async function breakAndReturn(afterMs: number, withinMs: number): Promise<void> {
  await pause(afterMs);
  for (const person of people) {
    const { socket } = person;
    person.socket = undefined;
    socket?.terminate();
  }
  await Promise.all(
    people.map(async (person) => {
      await pause(Math.random() * withinMs);
      await open(person);
      if (person.pressed && person.answer === undefined) press(person);
    }),
  );
}

async function hear(kind: 'grant' | 'notification', count: number, withinMs: number): Promise<Heard> {
  const deadlineMs = nowMs() + withinMs;
  while (heard[kind] < count && nowMs() < deadlineMs) await pause(20);
  // What comes too often comes now.
  await pause(500);
  const result = {
    count: heard[kind],
    receivedAtMs: receivedAtMs[kind],
    latenciesMs,
    outOfOrder,
    perPersonMax: people.reduce((most, { grants }) => Math.max(most, ...grants.values()), 0),
  };
  heard[kind] = 0;
  receivedAtMs[kind] = [];
  latenciesMs = [];
  return result;
}
