import { describe, expect, it, vi } from 'vitest';
import { RunningApp, useRunningApp } from './running-app.ts';

const app = useRunningApp();

describe('health', () => {
  it('is alive and ready while the database answers', async () => {
    expect(await app.current.call('GET', '/livez')).toMatchObject({ status: 200, body: { status: 'alive' } });
    expect(await app.current.call('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  it('is alive, but not ready, once the database is gone; claims are told to come back', async () => {
    const lonely = await RunningApp.start();
    const [person] = await lonely.people(1);
    const id = await lonely.drop();
    await lonely.database.close();
    expect((await lonely.call('GET', '/livez')).status).toBe(200);
    expect(await lonely.call('GET', '/readyz')).toMatchObject({
      status: 503,
      body: { status: 'database unavailable' },
    });
    const answer = await lonely.claim(id, person?.token ?? '');
    expect(answer).toMatchObject({ status: 503, body: { code: 'ledger_unavailable' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    await lonely.app.close();
  });

  it('asks the database once for all who look within a second', async () => {
    const asked = vi.spyOn(app.current.database.expressLane, 'query');
    const answers = await Promise.all(Array.from({ length: 50 }, () => app.current.call('GET', '/readyz')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(asked.mock.calls.filter(([text]) => text === 'select 1').length).toBeLessThanOrEqual(2);
    asked.mockRestore();
  });

  it('has figures for Prometheus', async () => {
    const [person] = await app.current.people(1);
    const id = await app.current.drop();
    await app.current.claim(id, person?.token ?? '');
    const { status, headers, body } = await app.current.call('GET', '/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/plain');
    expect(body).toContain('doorbuster_claims_total{answer="granted"} 1');
    expect(body).toMatch(/doorbuster_claims_waiting 0\n/);
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds']) {
      expect(Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(body)?.[1])).toBeGreaterThan(0);
    }
  });

  it('describes itself', async () => {
    const { status, body } = await app.current.call('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toContain('/v1/drops/{id}/claims');
  });

  it.each([
    ['GET', '/v1/nothing'],
    ['POST', '/v1/drops/1'],
    ['GET', '/assets/none.js'],
    ['POST', '/drops/1'],
    ['GET', `/v1/drops/${'1'.repeat(200)}/claims/x`],
  ])('has nothing at %s %s, and says so as a problem', async (method, path) => {
    expect(await app.current.call(method, path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});
