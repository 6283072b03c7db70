/** The rules in the heads of settle.sql, release.sql, offer.sql, wait.sql and of the payments, each as a table of acts and answers. */
import { describe, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { playTable } from './grant-ledger-play.ts';
import type { DropPlan } from './grant-ledger-world.ts';

const coupons = (stock: number, limit = 1): DropPlan => ({ kind: 'coupon', stock, limit, line: true });
const slots = (stock: number, limit = 1): DropPlan => ({ kind: 'product', stock, limit, line: true });

export function tables(database: () => Database): void {
  function table(name: string, plans: DropPlan | readonly DropPlan[], rows: string): void {
    it(name, () => playTable(database(), plans, rows));
  }

  describe('a coupon', () => {
    table(
      'is used once, and the request that used it is told so again',
      coupons(1),
      `
      claim alice r1              -> granted #1 (1)
      use alice #1 k1 receipt-7   -> done used
      use alice #1 k1             -> again used
      use alice #1 k2             -> kept used
      use till #1 k3              -> kept used
      give back alice #1          -> kept used
      units?                      -> 1 of 1
      `,
    );

    table(
      'is its holder’s, and the till’s for whoever brings it',
      coupons(2),
      `
      claim alice r1, bob r2       -> granted #1 (1), granted #2 (2)
      use bob #1 k1                -> missing
      give back bob #1             -> missing
      use alice #3 k1              -> missing
      expire #3                    -> missing
      use till #1 k1, bob #2 k2    -> done used, done used
      use bob #1 k1                -> missing
      `,
    );

    table(
      'is used in a batch with those of other drops; a slot is not used at all',
      [coupons(2), slots(1), coupons(1)],
      `
      claim alice r1, bob r2                                   -> granted #1 (1), granted #2 (2)
      claim B carol r1                                         -> granted #1 (1)
      claim C dave r1                                          -> granted #1 (1)
      use dave C#1 k1, till B#1 k1, bob B#1 k1, alice #1 k1    -> done used, kept held, missing, done used
      use till C#1 k1, till #1 k2, till #2 k2                  -> again used, kept used, done used
      `,
    );

    table(
      'goes back when it is cancelled, and then whoever comes next may have it',
      coupons(1),
      `
      claim alice r1, bob r2   -> granted #1 (1), sold_out (2)
      give back alice #1       -> done cancelled
      give back alice #1       -> again cancelled
      use alice #1 k1          -> kept cancelled
      units?                   -> 0 of 1
      claim carol r3           -> granted #2 (3)
      claim bob r2, alice r1   -> sold_out (2), granted #1 (1)
      `,
    );

    table(
      'cannot be used or given back after its validity, also before the worker came; and is spent',
      coupons(1),
      `
      claim alice r1, bob r2                    -> granted #1 (1), sold_out (2)
      wait bob r2                               -> waiting (2)
      expire #1                                 -> kept issued
      clock past end of #1
      due?                                      -> #1
      use alice #1 k1                           -> kept issued
      use till #1 k1                            -> kept issued
      give back alice #1                        -> kept issued
      expire #1                                 -> done expired
      expire #1                                 -> kept expired
      due?                                      -> none
      use alice #1 k1                           -> kept expired
      give back alice #1                        -> kept expired
      units?                                    -> 1 of 1
      line?                                     -> bob (2)
      claim alice r3                            -> limit_reached (3)
      `,
    );

    table(
      'that was used or cancelled has no end any more',
      coupons(3),
      `
      claim alice r1, bob r2, carol r3   -> granted #1 (1), granted #2 (2), granted #3 (3)
      use alice #1 k1                    -> done used
      give back bob #2                   -> done cancelled
      clock past end of #1, #2, #3
      due?                               -> #3
      expire #3, #1, #2                  -> done expired, kept used, kept cancelled
      units?                             -> 2 of 3
      `,
    );

    table(
      'that comes back goes to the head of the line',
      coupons(2),
      `
      claim alice r1, bob r2, carol r3, dave r4   -> granted #1 (1), granted #2 (2), sold_out (3), sold_out (4)
      wait carol r3, dave r4                      -> waiting (3), waiting (4)
      give back bob #2, alice #1                  -> done cancelled, done cancelled; carol gets #3, dave gets #4
      use carol #3 k1                             -> done used
      give back dave #4                           -> done cancelled
      units?                                      -> 1 of 2
      `,
    );
  });

  describe('a slot', () => {
    table(
      'goes to the line’s head when its hold is over, and so on; at last it is on sale',
      slots(1),
      `
      claim alice r1, bob r2, carol r3   -> granted #1 (1), sold_out (2), sold_out (3)
      wait carol r3, bob r2              -> waiting (3), waiting (2)
      clock past end of #1
      due?                               -> #1
      give back alice #1                 -> kept held
      expire #1                          -> done expired; bob gets #2
      expire #1, #2                      -> kept expired, kept held
      give back bob #2                   -> done returned; carol gets #3
      give back bob #2, alice #1         -> again returned, kept expired
      give back carol #3                 -> done returned
      units?                             -> 0 of 1
      claim alice r4                     -> granted #4 (4)
      `,
    );

    table(
      'is released with those of other drops, each to its own line',
      [slots(1), slots(2), slots(1)],
      `
      claim alice r1, bob r2                    -> granted #1 (1), sold_out (2)
      claim B alice r1, bob r2, carol r3        -> granted #1 (1), granted #2 (2), sold_out (3)
      claim C dave r1                           -> granted #1 (1)
      wait bob r2                               -> waiting (2)
      wait B carol r3                           -> waiting (3)
      clock past end of C#1, B#2, B#1, #1
      expire C#1, B#2, #1, B#1                  -> done expired, done expired, done expired, done expired; bob gets #2, carol gets B#3
      units?                                    -> 1 of 1, 1 of 2, 0 of 1
      `,
    );

    table(
      'that was let go counts for nobody’s limit any more',
      slots(2),
      `
      claim alice r1, alice r2   -> granted #1 (1), limit_reached (2)
      give back alice #1         -> done returned
      claim alice r3             -> granted #2 (3)
      clock past end of #2
      claim alice r4             -> limit_reached (4)
      expire #2                  -> done expired
      claim alice r5             -> granted #3 (5)
      `,
    );
  });

  describe('the waiting line', () => {
    table(
      'stands in the order of the claims, whenever people asked to wait',
      slots(1),
      `
      claim alice r1, bob r2, carol r3, dave r4   -> granted #1 (1), sold_out (2), sold_out (3), sold_out (4)
      wait dave r4                                -> waiting (4)
      wait carol r3                               -> waiting (3)
      line?                                       -> carol (3), dave (4)
      give back alice #1                          -> done returned; carol gets #2
      wait bob r2                                 -> waiting (2)
      line?                                       -> bob (2), dave (4)
      wait alice r5                               -> waiting (5)
      give back carol #2                          -> done returned; bob gets #3
      line?                                       -> dave (4), alice (5)
      `,
    );

    table(
      'takes a new request as a claim first, which may win',
      slots(2),
      `
      wait alice r1             -> no place: granted #1 (1)
      wait alice r1             -> no place: granted #1 (1)
      wait alice r2, bob r2     -> no place: limit_reached (2), no place: granted #2 (3)
      wait alice r2             -> no place: limit_reached (2)
      wait carol r3, dave r3    -> waiting (4), waiting (5)
      wait carol r3, dave r4    -> waiting (4), waiting (5)
      claim dave r4             -> sold_out (6)
      `,
    );

    table(
      'has people who were refused before stand in it before others of the same batch claim',
      slots(1),
      `
      claim alice r1, bob r2      -> granted #1 (1), sold_out (2)
      give back alice #1          -> done returned
      wait carol r3, bob r2       -> waiting (3), waiting (2)
      owed?                       -> 1
      offer 5                     -> bob gets #2
      line?                       -> carol (3)
      `,
    );

    table(
      'is overtaken by no newcomer, who gets what is left beyond it',
      slots(1),
      `
      claim alice r1, bob r2   -> granted #1 (1), sold_out (2)
      wait bob r2              -> waiting (2)
      amend stock 2            -> amended
      owed?                    -> 1
      claim carol r3           -> sold_out (3)
      wait carol r3            -> waiting (3)
      offer 5                  -> bob gets #2
      amend stock 4            -> amended
      claim dave r4, erin r5   -> granted #3 (4), sold_out (5)
      owed?                    -> 1
      offer 5                  -> carol gets #4
      owed?                    -> 0
      offer 5                  -> nothing
      amend stock 3            -> stock_below_granted
      `,
    );

    table(
      'is offered as many units as there are, and no more than are asked for',
      slots(1),
      `
      claim alice r1, bob r2, carol r3, dave r4, erin r5   -> granted #1 (1), sold_out (2), sold_out (3), sold_out (4), sold_out (5)
      wait erin r5, dave r4, carol r3, bob r2              -> waiting (5), waiting (4), waiting (3), waiting (2)
      amend stock 4                                        -> amended
      offer 0                                              -> nothing
      offer 1                                              -> bob gets #2
      owed?                                                -> 2
      give back alice #1                                   -> done returned; carol gets #3
      offer 9                                              -> dave gets #4, erin gets #5
      units?                                               -> 4 of 4
      `,
    );

    table(
      'passes over who holds as many as one may, once and for all',
      slots(2, 2),
      `
      claim alice r1, bob r2, alice r3, carol r4   -> granted #1 (1), granted #2 (2), sold_out (3), sold_out (4)
      wait alice r3, carol r4                      -> waiting (3), waiting (4)
      amend limit 1                                -> amended
      give back bob #2                             -> done returned; carol gets #3
      line?                                        -> none
      wait alice r3                                -> limit_reached (3)
      give back alice #1                           -> done returned
      wait alice r3                                -> over (3)
      wait alice r5                                -> no place: granted #4 (5)
      `,
    );

    table(
      'passes over many, and finds who may have a unit behind them',
      slots(4, 2),
      `
      claim alice r1, bob r1, carol r1, dave r1                  -> granted #1 (1), granted #2 (2), granted #3 (3), granted #4 (4)
      wait alice r2, bob r2, carol r2, erin r2                   -> waiting (5), waiting (6), waiting (7), waiting (8)
      amend limit 1                                              -> amended
      give back dave #4                                          -> done returned; erin gets #5
      line?                                                      -> none
      owed?                                                      -> 0
      `,
    );

    table(
      'passes over people when there is nobody else, and then the unit is on sale',
      slots(2, 2),
      `
      claim alice r1, bob r1, alice r2   -> granted #1 (1), granted #2 (2), sold_out (3)
      wait alice r2                      -> waiting (3)
      amend limit 1                      -> amended
      give back bob #2                   -> done returned
      line?                              -> none
      claim carol r1                     -> granted #3 (4)
      `,
    );

    table(
      'has one’s place back for who left it, and tells a turn that has come again',
      slots(1),
      `
      claim alice r1, bob r2, carol r3   -> granted #1 (1), sold_out (2), sold_out (3)
      leave bob                          -> no place
      wait bob r2, carol r3              -> waiting (2), waiting (3)
      leave bob                          -> left
      leave bob                          -> no place
      line?                              -> carol (3)
      wait bob r2                        -> waiting (2)
      line?                              -> bob (2), carol (3)
      give back alice #1                 -> done returned; bob gets #2
      wait bob r2                        -> offered #2 (2)
      leave bob                          -> no place
      give back bob #2                   -> done returned; carol gets #3
      wait bob r2                        -> offered #2 (2)
      claim bob r2                       -> sold_out (2)
      `,
    );

    table(
      'is joined anew with a new request, behind all who claimed before it',
      slots(1),
      `
      claim alice r1, bob r2, carol r3   -> granted #1 (1), sold_out (2), sold_out (3)
      wait bob r2, carol r3              -> waiting (2), waiting (3)
      give back alice #1                 -> done returned; bob gets #2
      wait bob r4                        -> no place: limit_reached (4)
      clock past end of #2
      expire #2                          -> done expired; carol gets #3
      wait bob r5                        -> waiting (5)
      wait bob r2                        -> waiting (5)
      give back carol #3                 -> done returned; bob gets #4
      wait bob r5                        -> offered #4 (5)
      wait bob r2                        -> limit_reached (2)
      give back bob #4                   -> done returned
      wait bob r2                        -> over (2)
      wait bob r5                        -> offered #4 (5)
      `,
    );

    table(
      'gives one turn per claim, also to who joined with another one and left',
      slots(1),
      `
      claim alice r1, bob r2, carol r3   -> granted #1 (1), sold_out (2), sold_out (3)
      wait bob r2, carol r3              -> waiting (2), waiting (3)
      give back alice #1                 -> done returned; bob gets #2
      give back bob #2                   -> done returned; carol gets #3
      wait bob r4, dave r4               -> waiting (4), waiting (5)
      leave bob                          -> left
      wait bob r2                        -> over (2)
      wait bob r4                        -> waiting (4)
      `,
    );

    table(
      'counts every unit that it gave towards the limit, with whichever claims it was joined',
      slots(1, 2),
      `
      claim alice r1, bob r2   -> granted #1 (1), sold_out (2)
      wait bob r2              -> waiting (2)
      give back alice #1       -> done returned; bob gets #2
      wait bob r3              -> waiting (3)
      leave bob                -> left
      wait bob r2              -> over (2)
      wait bob r3              -> waiting (3)
      amend stock 3            -> amended
      offer 2                  -> bob gets #3
      claim bob r4             -> limit_reached (4)
      `,
    );

    table(
      'waits while the drop is closed, and goes on when it is opened again',
      slots(1),
      `
      claim alice r1, bob r2, carol r3   -> granted #1 (1), sold_out (2), sold_out (3)
      wait bob r2                        -> waiting (2)
      close
      wait carol r3, dave r4, bob r2     -> closed (3), no place: closed (4), closed (2)
      give back alice #1                 -> done returned
      owed?                              -> 0
      offer 5                            -> nothing
      line?                              -> bob (2)
      reopen                             -> amended
      owed?                              -> 1
      claim dave r5                      -> sold_out (5)
      wait carol r3                      -> waiting (3)
      offer 5                            -> bob gets #2
      `,
    );

    table(
      'is offered nothing of a cancelled drop, and may be left; what was granted lives on',
      slots(2),
      `
      claim alice r1, bob r2, carol r3, dave r4   -> granted #1 (1), granted #2 (2), sold_out (3), sold_out (4)
      wait carol r3, dave r4                      -> waiting (3), waiting (4)
      cancel
      give back alice #1                          -> done returned
      clock past end of #2
      expire #2                                   -> done expired
      offer 5                                     -> nothing
      leave carol                                 -> left
      line?                                       -> dave (4)
      wait carol r3                               -> closed (3)
      amend stock 5                               -> drop_cancelled
      `,
    );

    table(
      'holds nothing back while it is switched off',
      slots(1),
      `
      claim alice r1, bob r2   -> granted #1 (1), sold_out (2)
      wait bob r2              -> waiting (2)
      amend line off           -> amended
      give back alice #1       -> done returned
      owed?                    -> 0
      claim carol r3           -> granted #2 (3)
      wait dave r4, bob r2     -> no_line (4), no_line (2)
      give back carol #2       -> done returned
      amend line on            -> amended
      owed?                    -> 1
      claim carol r5           -> sold_out (5)
      offer 5                  -> bob gets #3
      `,
    );
  });

  describe('a payment', () => {
    table(
      'confirms its slot, once',
      slots(1),
      `
      claim alice r1         -> granted #1 (1)
      pay alice #1 p1        -> opened pending
      pay alice #1 p1        -> known pending
      begin p1               -> begun pending
      begin p1               -> asked pending
      decide p1 charged      -> succeeded
      decide p1 charged      -> no news
      decide p1 declined     -> no news
      decide p1 refunded     -> no news
      begin p1               -> over succeeded
      pay alice #1 p2        -> over
      give back alice #1     -> kept confirmed
      clock past end of #1
      expire #1              -> kept confirmed
      units?                 -> 1 of 1
      `,
    );

    table(
      'keeps its slot from being given back, until it is decided',
      slots(1),
      `
      claim alice r1, bob r2    -> granted #1 (1), sold_out (2)
      wait bob r2               -> waiting (2)
      pay alice #1 p1           -> opened pending
      begin p1                  -> begun pending
      give back alice #1        -> paying held
      decide p1 declined        -> failed
      give back alice #1        -> done returned; bob gets #2
      decide p1 charged         -> refunding
      decide p1 declined        -> no news
      decide p1 refunded        -> refunded
      decide p1 refunded        -> no news
      `,
    );

    table(
      'that began before the hold was over keeps the slot beyond it',
      slots(1),
      `
      claim alice r1           -> granted #1 (1)
      pay alice #1 p1          -> opened pending
      begin p1                 -> begun pending
      clock past hold of #1
      due?                     -> none
      expire #1                -> kept held
      give back alice #1       -> paying held
      decide p1 charged        -> succeeded
      `,
    );

    table(
      'that is declined after the hold lets the slot go',
      slots(1),
      `
      claim alice r1, bob r2   -> granted #1 (1), sold_out (2)
      wait bob r2              -> waiting (2)
      pay alice #1 p1          -> opened pending
      begin p1                 -> begun pending
      clock past hold of #1
      decide p1 declined       -> failed
      due?                     -> #1
      pay alice #1 p2          -> over
      give back alice #1       -> kept held
      expire #1                -> done expired; bob gets #2
      `,
    );

    table(
      'keeps no slot for ever: a charge that comes too late is given back',
      slots(2),
      `
      claim alice r1, bob r2    -> granted #1 (1), granted #2 (2)
      pay alice #1 p1           -> opened pending
      pay bob #2 p2             -> opened pending
      begin p1                  -> begun pending
      begin p2                  -> begun pending
      clock past end of #1, #2
      due?                      -> #1, #2
      expire #1                 -> done expired
      decide p1 charged         -> refunding
      decide p2 charged         -> refunding
      give back bob #2          -> kept held
      expire #2                 -> done expired
      decide p2 refunded        -> refunded
      `,
    );

    table(
      'is one at a time, and a charge found after all goes back',
      slots(1),
      `
      claim alice r1         -> granted #1 (1)
      pay alice #1 p1        -> opened pending
      pay alice #1 p2        -> opened pending
      begin p1               -> begun pending
      begin p2               -> in_flight pending
      pay alice #1 p3        -> in_flight
      decide p1 silent       -> failed
      begin p1               -> over failed
      begin p2               -> begun pending
      decide p1 charged      -> refunding
      decide p2 charged      -> succeeded
      decide p1 refunded     -> refunded
      `,
    );

    table(
      'that took something else than was asked for goes back, and leaves the slot to be paid',
      slots(1),
      `
      claim alice r1          -> granted #1 (1)
      pay alice #1 p1         -> opened pending
      begin p1                -> begun pending
      decide p1 mischarged    -> refunding
      pay alice #1 p2         -> opened pending
      begin p2                -> begun pending
      decide p1 refunded      -> refunded
      decide p2 charged       -> succeeded
      `,
    );

    table(
      'that nobody was asked for ends with its slot',
      slots(2),
      `
      claim alice r1, bob r2   -> granted #1 (1), granted #2 (2)
      pay alice #1 p1          -> opened pending
      pay bob #2 p2            -> opened pending
      give back alice #1       -> done returned
      pay alice #1 p1          -> known failed
      begin p1                 -> over failed
      clock past end of #2
      pay bob #2 p2            -> known failed
      begin p2                 -> over failed
      decide p2 charged        -> refunding
      `,
    );

    table(
      'is for one’s own slot, and not for a coupon',
      [coupons(1), slots(1)],
      `
      claim alice r1      -> granted #1 (1)
      claim B alice r1    -> granted #1 (1)
      pay alice #1 p1     -> missing
      pay bob B#1 p2      -> missing
      pay alice B#2 p3    -> missing
      pay alice B#1 p4    -> opened pending
      `,
    );
  });
}
