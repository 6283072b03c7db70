import { amount, percent } from '../../language/format.ts';
import { serverNow } from '../../realtime/clock.ts';
import { clockText } from '../charts/short-text.ts';
import { WideFigures } from '../WideFigures.tsx';
import { type Fleet, type FleetProcess, healthOf } from './fleet.ts';
import { fleetMessages } from './fleet-messages.ts';

const chips = { well: 'chip good', busy: 'chip warn', silent: 'chip wrong' };

/** The processes, each with what it carries and how it bears it. Before the first answer as high as one with a single process. */
export function FleetTable({ fleet }: { fleet: Fleet | null }) {
  const words = fleetMessages.value;
  return (
    <section class="panel admin-panel" aria-busy={fleet === null}>
      <div class="admin-panel-head">
        <h2>{words.title}</h2>
        <p class="soft small">{words.about}</p>
      </div>
      <WideFigures label={words.title}>
        <thead>
          <tr>
            <th scope="col">{words.process}</th>
            <th scope="col">{words.health}</th>
            <th scope="col">{words.cpu}</th>
            <th scope="col">{words.memory}</th>
            <th scope="col">{words.late}</th>
            <th scope="col">{words.sockets}</th>
            <th scope="col">{words.people}</th>
            <th scope="col">{words.claimsWaiting}</th>
            <th scope="col">{words.lag}</th>
          </tr>
        </thead>
        <tbody>
          {fleet === null ? (
            <tr>
              <td colSpan={9}>
                <div class="skeleton line-process" />
              </td>
            </tr>
          ) : fleet.processes.length === 0 ? (
            <tr>
              <td colSpan={9} class="soft">
                {words.none}
              </td>
            </tr>
          ) : (
            fleet.processes.map((process) => <Row key={process.name} process={process} />)
          )}
        </tbody>
      </WideFigures>
    </section>
  );
}

function Row({ process }: { process: FleetProcess }) {
  const words = fleetMessages.value;
  const health = healthOf(process, serverNow());
  const seen = Date.parse(process.seenAt) / 1000;
  return (
    <tr>
      <th scope="row">
        <span class="process-name">{process.name}</span>
        <span class="small soft process-roles">
          {process.roles.map((role) => words.roles[role] ?? role).join(' · ')}
        </span>
      </th>
      <td>
        <span class={chips[health]} title={health === 'silent' ? words.silentSince(clockText(seen)) : undefined}>
          {words.healths[health]}
        </span>
      </td>
      <td>{percent(Math.round(process.cpuShare * 100))}</td>
      <td>{amount(Math.round(process.memoryBytes / 2 ** 20))} MiB</td>
      <td>{words.milliseconds(Math.round(process.lateMs))}</td>
      <td>{amount(process.sockets)}</td>
      <td>{amount(process.people)}</td>
      <td>{amount(process.claimsWaiting)}</td>
      <td>{process.lag === null ? words.noQueue : amount(process.lag)}</td>
    </tr>
  );
}
