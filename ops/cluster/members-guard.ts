/** When we are killed, members must end, too: the guard asks them to, then ends them, by the ids in the folder's files. */
import { type Guard, startGuard } from '../servers/guard.ts';

/** Who has ended and only waits for a parent to take notice does not count: in a container there may be no parent who does. */
const END_MEMBERS = `
  alive() { kill -0 "$1" 2> /dev/null && ! grep -qs '^State:.*Z' "/proc/$1/status"; }
  members=$(cat "$1"/* 2> /dev/null)
  for member in $members; do kill -s TERM "$member" 2> /dev/null; done
  for _ in $(seq 240); do
    left=
    for member in $members; do alive "$member" && left="$left $member"; done
    [ -z "$left" ] && break
    sleep 0.05
  done
  for member in $left; do kill -s KILL "$member" 2> /dev/null; done
  rm -rf "$1"
`;

export function startMembersGuard(folder: string): Guard {
  return startGuard(END_MEMBERS, folder);
}
