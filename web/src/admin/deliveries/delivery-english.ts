import { amount } from '../../language/format.ts';

export const deliveryEnglish = {
  title: 'What was sent',
  state: 'State',
  channel: 'Where',
  states: { pending: 'On its way', sent: 'Sent', failed: 'Failed' },
  none: 'Nothing has been sent yet.',
  noneSuch: 'Nothing like that was sent.',
  tries: (tries: number) => (tries === 1 ? '1 try' : `${amount(tries)} tries`),
  dueAt: (at: string) => `next try ${at}`,
  dueNow: 'tried at any moment',
  failure: 'Why it failed',
  sendAgain: 'Send again',
  sendAgainTitle: 'Send it again?',
  triedAnew: 'It did not arrive as far as we know. It is tried anew, up to eight times.',
  sentTwice: 'It was sent already. This person gets it a second time.',
  sentAgain: 'It is on its way again.',
};

export type DeliveryMessages = typeof deliveryEnglish;
