/**
 * One gateway process at the worst moment: the drop is sold out and everybody still asks. Beside it, on the same core, with the same Node.js and the same client, an
 * empty node:http handler. The server has core 0 and the client core 1; all connections are open before the first request.
 *
 *   empty       an empty node:http handler, 64 connections
 *   seen        claims with tokens that the gateway has verified before, 64 connections, every request another user's
 *   first seen  the same with tokens that it has never seen
 *   socket      claims over 1,000 authenticated WebSockets
 *
 * Rounds take turns, so that a slow minute hits all four. Two things can spoil a figure, and both are printed: a client that is too slow for the server, and other processes
 * on the server's core. The ratio by CPU time per request suffers less from either.
 */
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ConnectHttp, ConnectSocket, Ready, Result } from '../clients/protocol.ts';
import { createAccounts, createSoldOutDrop } from '../drops.ts';
import { atLeast, type Figure } from '../figure.ts';
import { cpuSecondsOf, waitedSecondsOf } from '../machine.ts';
import { ask, nextMessage, startNode, stopProcess } from '../processes.ts';
import { showProgress } from '../progress.ts';
import { startServer } from '../server.ts';
import { best, median, spread } from '../statistics.ts';
import { signTokens } from '../tokens.ts';

const SERVER_CORE = 0;
const CLIENT_CORE = 1;
const HTTP_CONNECTIONS = 64;
const SOCKETS = 1_000;
const SEEN_RATIO_MIN = 0.7;
const FIRST_SEEN_RATIO_MIN = 0.45;
const SOCKET_TO_HTTP_RATIO_MIN = 1;
/** From this share of its core on, working or waiting for it, a process was never idle. */
const SATURATED_MIN = 0.9;
/** Above this share of its core taken by others, the figure says more about them. */
const TAKEN_MAX = 0.05;

const EMPTY_SERVER = fileURLToPath(new URL('../clients/empty-server.ts', import.meta.url));
const HTTP_CLIENT = fileURLToPath(new URL('../clients/http-client.ts', import.meta.url));
const SOCKET_CLIENT = fileURLToPath(new URL('../clients/socket-client.ts', import.meta.url));

type Name = 'empty' | 'seen' | 'firstSeen' | 'socket';

interface Round {
  readonly perSecond: number;
  /** Of the server. */
  readonly cpuUsEach: number;
  readonly serverCoreUse: number;
  /** The share of its core that the server wanted and others had. */
  readonly takenFromServer: number;
  readonly takenFromClient: number;
  readonly clientCoreUse: number;
}

export async function gatewayFigures(quick: boolean): Promise<Figure[]> {
  const requests = quick ? 5_000 : 40_000;
  const rounds = quick ? 2 : 7;
  const warmUps = quick ? 1 : 3;

  const processes: ChildProcess[] = [];
  const start = (file: string, core: number): ChildProcess => {
    const child = startNode(file, [], { core });
    processes.push(child);
    return child;
  };
  const server = await startServer(SERVER_CORE);
  try {
    const emptyServer = start(EMPTY_SERVER, SERVER_CORE);
    const { port: emptyPort } = await nextMessage<{ port: number }>(emptyServer);
    const httpClient = start(HTTP_CLIENT, CLIENT_CORE);
    const socketClient = start(SOCKET_CLIENT, CLIENT_CORE);

    const dropId = await createSoldOutDrop(server);
    const seenTokens = signTokens(server.secret, requests);
    const socketTokens = await createAccounts(server, SOCKETS);
    let lastRound = 0;
    const overHttp = (port: number, tokens: readonly string[]): ConnectHttp => {
      lastRound += 1;
      return { type: 'connect', port, dropId, tokens, round: roundName(lastRound), connections: HTTP_CONNECTIONS };
    };
    const cases: Record<Name, () => Promise<Round>> = {
      empty: () => measure(emptyServer, httpClient, overHttp(emptyPort, seenTokens), '200'),
      seen: () => measure(server.process, httpClient, overHttp(server.port, seenTokens), '409'),
      firstSeen: () =>
        measure(server.process, httpClient, overHttp(server.port, signTokens(server.secret, requests)), '409'),
      socket: () => {
        lastRound += 1;
        const round = roundName(lastRound);
        const connect = { type: 'connect', port: server.port, dropId, tokens: socketTokens, round } as const;
        return measure(server.process, socketClient, { ...connect, claims: requests, watch: false }, 'outcome');
      },
    };

    const measured: Record<Name, Round[]> = { empty: [], seen: [], firstSeen: [], socket: [] };
    const names = Object.keys(cases) as Name[];
    for (let round = 0; round < warmUps + rounds; round += 1) {
      for (const [number, name] of names.entries()) {
        showProgress(round * names.length + number + 1, (warmUps + rounds) * names.length, `gateway: ${LABELS[name]}`);
        const result = await cases[name]();
        if (round >= warmUps) measured[name].push(result);
      }
    }
    return figures(measured);
  } finally {
    for (const child of processes) await stopProcess(child);
    await server.stop();
  }
}

function roundName(number: number): string {
  return `round-${String(number).padStart(4, '0')}`;
}

async function measure(
  server: ChildProcess,
  client: ChildProcess,
  connect: ConnectHttp | ConnectSocket,
  expected: string,
): Promise<Round> {
  await ask<Ready>(client, connect);
  const processId = server.pid ?? 0;
  const cpuBefore = cpuSecondsOf(processId) ?? Number.NaN;
  const serverWaited = stopwatchOfWaiting(server);
  const clientWaited = stopwatchOfWaiting(client);
  const { answered, answers, durationMs, clientCpuMs } = await ask<Result>(client, { type: 'run' });
  const cpuSeconds = (cpuSecondsOf(processId) ?? Number.NaN) - cpuBefore;
  const [takenFromServer, takenFromClient] = [serverWaited() / durationMs, clientWaited() / durationMs];
  if (answers[expected] !== answered) throw new Error(`expected only ${expected}, got ${JSON.stringify(answers)}`);
  return {
    perSecond: answered / (durationMs / 1000),
    cpuUsEach: (cpuSeconds * 1e6) / answered,
    serverCoreUse: (cpuSeconds * 1000) / durationMs,
    takenFromServer,
    takenFromClient,
    clientCoreUse: clientCpuMs / durationMs,
  };
}

/** Returns how many milliseconds the process has waited for its core since; NaN where that is not counted. */
function stopwatchOfWaiting({ pid = 0 }: ChildProcess): () => number {
  const waited = (): number => (waitedSecondsOf(pid) ?? Number.NaN) * 1000;
  const before = waited();
  return () => waited() - before;
}

const LABELS: Record<Name, string> = {
  empty: `empty node:http handler, ${HTTP_CONNECTIONS} connections`,
  seen: `HTTP, sold out, ${HTTP_CONNECTIONS} connections, tokens seen before`,
  firstSeen: `HTTP, sold out, ${HTTP_CONNECTIONS} connections, tokens seen for the first time`,
  socket: `WebSocket, sold out, ${SOCKETS.toLocaleString('en-US')} sockets`,
};

function figures(measured: Record<Name, Round[]>): Figure[] {
  const figureOf = (name: Name): Figure => {
    const rounds = measured[name];
    const perSecond = rounds.map((round) => round.perSecond);
    return {
      what: name === 'empty' ? LABELS[name] : `gateway, ${LABELS[name]}`,
      value: median(perSecond),
      unit: '/s',
      remark: remarkOn(rounds),
      details: { rounds, best: best(perSecond), spread: spread(perSecond) },
    };
  };
  const ratio = (what: string, name: Name, to: Name, minimum: number): Figure => {
    const value = perSecondOf(measured[name]) / perSecondOf(measured[to]);
    const cpuRatio = cpuOf(measured[to]) / cpuOf(measured[name]);
    return {
      what,
      value,
      unit: '%',
      ...(Number.isFinite(cpuRatio) && { remark: `by CPU time ${Math.round(cpuRatio * 100)} %` }),
      target: atLeast(minimum, value, '%'),
      details: { cpuRatio },
    };
  };
  return [
    figureOf('empty'),
    figureOf('seen'),
    ratio('gateway, HTTP, tokens seen before, to the empty handler', 'seen', 'empty', SEEN_RATIO_MIN),
    figureOf('firstSeen'),
    ratio(
      'gateway, HTTP, tokens seen for the first time, to the empty handler',
      'firstSeen',
      'empty',
      FIRST_SEEN_RATIO_MIN,
    ),
    figureOf('socket'),
    ratio('gateway, WebSocket to HTTP with tokens seen before', 'socket', 'seen', SOCKET_TO_HTTP_RATIO_MIN),
  ];
}

function perSecondOf(rounds: readonly Round[]): number {
  return median(rounds.map((round) => round.perSecond));
}

function cpuOf(rounds: readonly Round[]): number {
  return median(rounds.map((round) => round.cpuUsEach));
}

function remarkOn(rounds: readonly Round[]): string {
  const serverUse = median(rounds.map((round) => round.serverCoreUse));
  const clientUse = median(rounds.map((round) => round.clientCoreUse));
  if (!Number.isFinite(serverUse)) return `client ${percent(clientUse)} of a core`;
  const fromServer = median(rounds.map((round) => round.takenFromServer)) || 0;
  const fromClient = median(rounds.map((round) => round.takenFromClient)) || 0;
  const warnings: string[] = [];
  if (fromServer > TAKEN_MAX) warnings.push(`; OTHERS TOOK ${percent(fromServer)} OF ITS CORE`);
  if (fromClient > TAKEN_MAX) warnings.push(`; OTHERS TOOK ${percent(fromClient)} OF THE CLIENT'S CORE`);
  if (serverUse + fromServer < SATURATED_MIN && clientUse + fromClient >= SATURATED_MIN) {
    warnings.push('; THE CLIENT WAS TOO SLOW FOR IT');
  }
  return `${cpuOf(rounds).toFixed(1)} µs CPU each; server ${percent(serverUse)}, client ${percent(clientUse)} of a core${warnings.join('')}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
