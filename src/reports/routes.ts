/** What administrators look at: one sale as it runs, and all of them together. */
import { Type } from '@fastify/type-provider-typebox';
import type { Guard } from '../accounts/guard.ts';
import { isId } from '../database/id.ts';
import { invalidField, Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import type { Dashboard } from './dashboard.ts';
import type { SaleMonitor } from './monitor.ts';
import { DashboardShape, MonitorShape } from './shapes.ts';
import { knownTimeZone } from './time-zone.ts';

const DAYS_MAX = 90;
/** Some time in the year 5138. */
const SECOND_MAX = 99_999_999_999;

const MonitorQuery = Type.Object(
  {
    after: Type.Optional(
      Type.Integer({ minimum: 0, maximum: SECOND_MAX, description: 'The last second that one has' }),
    ),
  },
  { additionalProperties: false },
);
const DashboardQuery = Type.Object(
  {
    days: Type.Integer({ minimum: 1, maximum: DAYS_MAX, default: 30 }),
    timeZone: Type.String({ minLength: 1, maxLength: 60, default: 'UTC', description: 'As Asia/Seoul' }),
  },
  { additionalProperties: false },
);

export interface ReportRoutesParts {
  readonly guard: Guard;
  readonly monitor: SaleMonitor;
  readonly dashboard: Dashboard;
}

export function reportRoutes(server: Server, { guard, monitor, dashboard }: ReportRoutesParts): void {
  const common = { tags: ['reports'], security: [{ accessToken: [] }] };

  server.get(
    '/v1/drops/:id/monitor',
    {
      onRequest: guard.administrator,
      schema: {
        ...common,
        summary: 'A sale as it runs, second by second',
        params: Type.Object({ id: Type.String() }),
        querystring: MonitorQuery,
        response: { 200: MonitorShape },
      },
    },
    async (request) => {
      const { id } = request.params;
      const view = isId(id) ? await monitor.view(id, request.query.after) : undefined;
      if (view === undefined) throw new Problem('drop_not_found');
      return view;
    },
  );

  server.get(
    '/v1/dashboard',
    {
      onRequest: guard.administrator,
      schema: {
        ...common,
        summary: 'All drops, deliveries and payments together',
        querystring: DashboardQuery,
        response: { 200: DashboardShape },
      },
    },
    async (request) => {
      const { days, timeZone } = request.query;
      const known = knownTimeZone(timeZone);
      if (known === undefined) throw invalidField('timeZone', 'is no time zone of the IANA’s list, such as Asia/Seoul');
      return dashboard.view(days, known);
    },
  );
}
