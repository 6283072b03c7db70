/** What can be wrong with the shop in memory: each breaks the rule beside it, and a case of that rule must find it. */
export const SERVER_FAULTS = [
  ['S1', 'who says nothing stays'],
  ['S1', 'a bad token is a guest’s'],
  ['S2', 'a member is welcomed as nobody'],
  ['S3', 'a fresh token repeats the last message'],
  ['S3', 'a fresh token forgets what is watched'],
  ['S3', 'the first account is the account'],
  ['S4', 'tokens last for ever'],
  ['S5', 'a sign-out leaves sockets open'],
  ['S6', 'who has not authenticated may watch'],
  ['S6', 'a guest’s claim is not answered'],
  ['S7', 'cursors are numbers'],
  ['S8', 'the second connection hears twice'],
  ['S8', 'the second connection misses one'],
  ['S8', 'everybody is told'],
  ['S9', 'nothing is kept'],
  ['S9', 'newest first'],
  ['S9', 'any cursor is known'],
  ['S10', 'who is new hears everything'],
  ['S11', 'unknown drops are passed over'],
  ['S11', 'every drop is watched'],
  ['S11', 'every change at once'],
  ['S12', 'each claim is a new one'],
  ['S13', 'late pongs'],
  ['S13', 'a pong’s cursor is one too high'],
  ['S14', 'no pings'],
  ['S14', 'who does not answer stays'],
  ['S15', 'a malformed message is passed over'],
  ['S15', 'malformed for ever'],
  ['S15', 'frames of any size'],
  ['S16', 'floods are welcome'],
  ['S16', 'a watch is one message'],
  ['S16', 'unknown drops without end'],
  ['S17', 'everything waits'],
  ['S18', 'any number of connections'],
  ['S18', 'the newest is closed'],
  ['S19', 'a restart closes with 1001'],
  ['S20', 'events without ids'],
  ['S21', 'Last-Event-ID is not read'],
  ['S22', 'silent streams'],
  ['S23', 'streams end without a word'],
] as const;

export type Spoilt = (typeof SERVER_FAULTS)[number][1] | null;

export function isSpoilt(spoilt: Spoilt, fault: Spoilt): boolean {
  return spoilt === fault;
}
