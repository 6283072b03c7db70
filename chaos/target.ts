/** What faults are done to: the fleet, or a usual design that stands in for it. */

import type { Servers } from '../ops/servers/all.ts';
import type { Role } from '../src/fleet/roles.ts';
import type { FleetProcess } from './fleet-process.ts';

export interface Target {
  readonly servers: Servers;
  /** Whoever takes claims is a gateway. */
  of(role: Role): readonly FleetProcess[];
  /** The one of a role that does the work just now; one by chance when none does. */
  working(role: 'sequencer' | 'worker', choice: number): Promise<FleetProcess>;
}
