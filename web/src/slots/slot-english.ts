import { dateTime } from '../language/format.ts';

export const slotEnglish = {
  title: 'My slots',
  tabs: { held: 'To pay', confirmed: 'Bought', expired: 'Run out', returned: 'Given back' },
  empty: {
    held: 'No slot waits to be paid. One appears here as soon as you catch it.',
    confirmed: 'What you have bought will be kept here.',
    expired: 'You have not let any slot run out.',
    returned: 'You have not given any slot back.',
  },
  state: { held: 'Held for you', confirmed: 'Bought', expired: 'Time ran out', returned: 'Given back' },
  paying: 'Payment on its way',
  timeLeft: 'Time left to pay',
  /** Where there is little room, and a button to pay beside it. */
  timeLeftShort: 'Time left',
  timeLeftSpoken: (left: string) => `${left} left to pay.`,
  heldUntil: (time: string) => `Held for you until ${time}`,
  toPay: 'Pay',
  boughtAt: (at: string) => `Paid ${dateTime(at)}`,
  receipt: 'Receipt',
  receipts: 'Receipts',
  told: {
    held: { title: 'Held for you.', text: 'It can be paid again while its time lasts.' },
    paying: {
      title: 'Payment on its way',
      text: 'Your slot is kept. The result appears here by itself: nothing needs to be sent again.',
    },
    confirmed: { title: 'Bought. It’s yours!', text: 'The payment succeeded.' },
    expired: {
      title: 'Time ran out',
      text: 'The slot was not paid in time. It went to the next in line, or back on sale.',
    },
    returned: { title: 'Given back', text: 'You gave this slot back. It went to the next in line, or back on sale.' },
  },
  giveBack: 'Give back',
  giveBackHint: 'Changed your mind? Somebody else would be glad of it.',
  giveBackTitle: 'Give this slot back?',
  giveBackText: 'It goes to the next in line at once, or back on sale. This cannot be undone.',
  giveBackConfirm: 'Give it back',
};

export type SlotMessages = typeof slotEnglish;
