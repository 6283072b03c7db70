/** The gateway: takes claims and requests, keeps sockets, serves the pages. In the order a claim travels. */
import { Guard } from '../accounts/guard.ts';
import { loadtestRoutes } from '../accounts/loadtest-routes.ts';
import { accountRoutes } from '../accounts/routes.ts';
import { Sessions } from '../accounts/sessions.ts';
import { SignInAttempts } from '../accounts/sign-in-attempts.ts';
import { AccessTokens } from '../accounts/tokens.ts';
import { Admission } from '../claims/admission.ts';
import { DirectIntake } from '../claims/direct-intake.ts';
import { claimsFastLane } from '../claims/fast-lane.ts';
import { Gates } from '../claims/gates.ts';
import type { Claim, Faulted, Intake } from '../claims/intake.ts';
import { QueuedIntake } from '../claims/queued-intake.ts';
import { claimRoutes } from '../claims/routes.ts';
import { readJwtSecret } from '../config/secrets.ts';
import { couponRoutes } from '../coupons/routes.ts';
import { Till } from '../coupons/till.ts';
import { standingOf } from '../drops/drop.ts';
import { dropRoutes } from '../drops/routes.ts';
import { BrokenCircuitError } from '../fleet/breaker.ts';
import { announceDecision, type Fleet } from '../fleet/fleet.ts';
import { shareRates } from '../fleet/shared-rates.ts';
import { GrantChanges } from '../grants/changes.ts';
import { grantRoutes } from '../grants/routes.ts';
import { servePages } from '../http/pages.ts';
import { openFastLane, type Server } from '../http/server.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { WaitingLine } from '../line/line.ts';
import { LiveLine } from '../line/live-line.ts';
import { lineRoutes } from '../line/routes.ts';
import { registerNotifications } from '../notifications/parts.ts';
import { allPaymentRoutes } from '../payments/all-payments-routes.ts';
import { PaymentDesk } from '../payments/desk.ts';
import { noticeRoutes } from '../payments/notice-routes.ts';
import { Points } from '../payments/points.ts';
import { pointRoutes } from '../payments/points-routes.ts';
import { paymentRoutes } from '../payments/routes.ts';
import { peopleRoutes } from '../people/routes.ts';
import { pictureRoutes } from '../pictures/routes.ts';
import { eventRoutes } from '../realtime/event-routes.ts';
import { Hub } from '../realtime/hub.ts';
import { InboxReader } from '../realtime/inbox-reader.ts';
import { isSecure } from '../realtime/is-secure.ts';
import { LiveView } from '../realtime/live-view.ts';
import { answerMessage } from '../realtime/messages.ts';
import { SocketServer } from '../realtime/socket-server.ts';
import { Dashboard } from '../reports/dashboard.ts';
import { SaleMonitor } from '../reports/monitor.ts';
import { fleetFigures, type ProcessLoad } from '../reports/processes.ts';
import { reportRoutes } from '../reports/routes.ts';
import { SharedLook } from '../reports/shared-look.ts';

/** Other processes tell of ended sessions, but not those that cannot: so the database is asked, too, and more often while nothing is heard. */
const RECALL_SESSIONS_EVERY_MS = { hearing: 5_011, deaf: 1_009 } as const;

/** By its documents the script comes from one host; what it opens, from any of theirs. */
const TOSS_WINDOW = { scripts: 'https://js.tosspayments.com', pages: 'https://*.tosspayments.com' } as const;

export interface Gateway {
  /** Once the server listens. */
  start(): void;
  /** Answers what is on its way, and says goodbye to the sockets. */
  close(): Promise<void>;
  /** After the last connection is closed. */
  stop(): void;
  /** What moves here. */
  load(): Omit<ProcessLoad, 'lag'>;
}

export async function createGateway(fleet: Fleet, server: Server): Promise<Gateway> {
  const { settings, database, clock, news, ledger, grantLedger, catalogue, teller, metrics, lock, logger, tally } =
    fleet;
  const nowMs = () => clock.nowMs();
  const hearing = () => (fleet.alone ? 'alone' : news.hearing);

  const tokens = new AccessTokens(readJwtSecret(settings), settings.accessTokenSeconds);
  const sessions = new Sessions(database, tokens, new SignInAttempts(fleet.makeLimiter));
  await sessions.recall();
  const guard = new Guard(tokens, settings);

  const gates = new Gates({ catalogue, database, nowMs, hearing });
  const { intake, closeIntake } = await openIntake(fleet, (claim, answer) => settleLate(claim, answer));
  const { claimsPerUserPerSecond, trustProxy, httpsRequired } = settings;
  const admission = new Admission({
    ...{ catalogue, gates, intake, lock, nowMs, tally, claimsPerUserPerSecond },
    onQueued: (claim) => news.tell('queued', claim),
  });
  const liveView = new LiveView(catalogue, nowMs);
  const liveLine = new LiveLine({ catalogue, database, watched: () => liveView.watched() });
  const hub = new Hub({
    ...{ sessions, liveView, listenersMax: settings.socketsMax },
    ...{ perUserMax: settings.socketsPerUserMax, perAddressMax: settings.socketsPerAddressMax },
  });
  const inbox = new InboxReader({
    ...{ database, hearing },
    deliver: (message) => hub.deliver(message),
    onLost: () => hub.restartMembers(),
  });
  await inbox.open();
  const telling = {
    ...{ hub, inbox, liveView, nowMs, unsentBytesMax: settings.socketUnsentBytesMax },
    heartbeatSeconds: settings.socketHeartbeatSeconds,
  };
  const sockets = new SocketServer({
    ...{ admission, tokens, httpsRequired, proxies: trustProxy, ...telling },
    messagesPerSecond: settings.socketMessagesPerSecond,
    isSecure: (request) => isSecure(request, trustProxy > 0),
  });
  const load = () => ({ sockets: hub.size, people: hub.users, claimsWaiting: intake.depth });
  metrics.watch({ claims: () => admission.counts, load });

  function settleLate(claim: Claim, answer: Outcome | Faulted): void {
    admission.settleLate(claim, answer);
    news.announce('late', { userId: claim.userId, message: answerMessage(claim.requestId, answer) });
  }

  accountRoutes(server, {
    ...{ database, sessions, guard, news, makeLimiter: fleet.makeLimiter, ways: fleet.notifications.ways },
    signUpsPerAddressPerHour: settings.signUpsPerAddressPerHour,
  });
  dropRoutes(server, {
    ...{ database, catalogue, clock, guard, publicUrl: settings.publicUrl },
    onChanged(drop) {
      const change = { dropId: drop.id, standing: standingOf(drop), firstEntry: drop.entries, claims: [] };
      gates.hear(change);
      news.tell('ledger', { ...change, amended: true });
    },
    onDeleted: (dropId) => news.announce('deleted', { dropId }),
  });
  peopleRoutes(server, { database, catalogue, guard });
  pictureRoutes(server, { database, guard });
  claimRoutes(server, { admission, ledger, guard });
  const batching = { batchMax: settings.claimBatchMax, queueMax: settings.claimQueueMax };
  const changing = { grantLedger, breaker: fleet.breakers.postgres, teller, ...batching };
  const changes = new GrantChanges(changing);
  grantRoutes(server, { database, guard, changes });
  couponRoutes(server, { changes, guard, till: new Till(database, fleet.makeLimiter) });
  const claimToWait = (claim: Claim) => admission.claimToWait(claim);
  const line = new WaitingLine({ ...changing, database, ledger, claimToWait });
  lineRoutes(server, { catalogue, nowMs, database, guard, line });
  const { breakers, payments } = fleet;
  const desk = new PaymentDesk({ database, teller, log: logger, breaker: breakers.postgres, ...payments });
  paymentRoutes(server, { database, guard, desk, providers: payments.providers });
  allPaymentRoutes(server, { database, guard });
  await noticeRoutes(server, { database, guard, providers: payments.providers });
  pointRoutes(server, { guard, points: new Points(database) });
  registerNotifications(server, fleet.notifications, {
    ...{ database, guard, sessions, news, catalogue, nowMs, logger, makeLimiter: fleet.makeLimiter },
  });
  const looking = { database, catalogue, nowMs, fleet: new SharedLook(() => fleetFigures(database)) };
  reportRoutes(server, { guard, monitor: new SaleMonitor(looking), dashboard: new Dashboard(looking) });
  eventRoutes(server, { guard, ...telling });
  if (settings.loadtestEnabled) loadtestRoutes(server, { database, guard, tokens });
  await servePages(server, settings.paymentMethods.includes('toss') ? TOSS_WINDOW : null);
  if (!httpsRequired) openFastLane(server, claimsFastLane(admission, tokens));
  sockets.attach(server.server);

  await Promise.all([
    news.hear('ledger', (committed) => gates.hear(committed)),
    news.hear('queued', ({ dropId, ...claim }) => gates.get(dropId)?.remember(claim)),
    news.hear('deleted', ({ dropId }) => gates.forget(dropId)),
    news.hear('sessions', ({ sessionId }) => sessions.endedElsewhere(sessionId)),
    news.hear('messages', (written) => inbox.hear(written)),
    news.hear('late', ({ userId, message }) => hub.tellUser(userId, message)),
  ]);
  sessions.onEndedHere((sessionId) => news.tell('sessions', { sessionId }));
  const stopSharing = fleet.alone
    ? () => {}
    : await shareRates(news, { claims: admission.rates, users: guard.byUser, addresses: guard.byAddress });
  let recallAtMs = 0;
  const recall = setInterval(() => {
    const nowMs = performance.now();
    if (fleet.alone || nowMs < recallAtMs) return;
    recallAtMs = nowMs + (news.hearing ? RECALL_SESSIONS_EVERY_MS.hearing : RECALL_SESSIONS_EVERY_MS.deaf);
    sessions.recall().catch(() => {});
  }, RECALL_SESSIONS_EVERY_MS.deaf).unref();
  news.onHearingAgain(() => {
    gates.pollNow();
    void inbox.look();
    sessions.recall().catch(() => {});
  });

  return {
    start() {
      gates.start();
      liveView.start();
      liveLine.start();
      hub.start();
      inbox.start();
    },
    async close() {
      await admission.close();
      hub.close();
      await sockets.close();
    },
    stop() {
      clearInterval(recall);
      stopSharing();
      closeIntake();
      liveView.stop();
      liveLine.stop();
      inbox.stop();
      gates.stop();
    },
    load,
  };
}

/** How claims travel from here: straight to the ledger, or through the queue with the straight way as the second best. */
async function openIntake(
  fleet: Fleet,
  onLate: (claim: Claim, answer: Outcome | Faulted) => void,
): Promise<{ intake: Intake; closeIntake: () => void }> {
  const { settings, logger, metrics, ledger, news, breakers, queue } = fleet;
  const { claimQueueMax: queueMax, claimAnswerWithinMs: answerWithinMs, kafka } = settings;
  const direct = new DirectIntake(
    { claim: (dropId, requests) => breakers.postgres.run(() => ledger.claim(dropId, requests)) },
    {
      queueMax,
      batchMax: settings.claimBatchMax,
      onDecided: (dropId, answer, tookMs) => announceDecision(fleet, dropId, answer, tookMs),
      onFailed(dropId, error, claims) {
        metrics.failed();
        // That it is open was logged when it opened; a crowd would fill the disk.
        if (error instanceof BrokenCircuitError) return;
        logger.error({ err: error, dropId, claims }, 'the ledger did not answer a batch');
      },
    },
  );
  if (queue === null || kafka === null) return { intake: direct, closeIntake: () => {} };
  const queued = new QueuedIntake({
    ...{ name: news.name, queue, breaker: breakers.kafka, direct, ledger, answerWithinMs, queueMax, onLate },
    hearing: () => news.hearing,
    lagMax: kafka.lagMax,
  });
  await news.hearOutcomes((outcomes) => queued.hear(outcomes));
  return { intake: queued, closeIntake: () => queued.close() };
}
