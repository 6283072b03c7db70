import { amount } from '../../language/format.ts';

/** Texts of the list of drops, and of what one can do to a drop. */
export const dropAdminEnglish = {
  title: 'Drops',
  create: 'New drop',
  kinds: { '': 'All drops', coupon: 'Coupon events', product: 'Product sales' },
  kind: 'Kind',
  sections: { live: 'Live', coming: 'Coming up', ended: 'Ended' },
  none: {
    live: 'Nothing is on sale right now.',
    coming: 'Nothing is planned.',
    ended: 'Nothing has ended yet.',
  },
  welcome: 'No drops yet',
  welcomeText: 'Create the first one: a title is nearly all it takes.',
  monitor: 'Live',
  people: 'People',
  edit: 'Edit',
  again: 'Sell it again',
  remaining: (remaining: number, stock: number) => `${amount(remaining)} of ${amount(stock)} left`,
  granted: (granted: number, stock: number) => `${amount(granted)} of ${amount(stock)} granted`,
  inAll: (stock: number) => `${amount(stock)} in all`,
  waiting: (people: number) => `${amount(people)} in line`,
  together: (drops: number) => `${amount(drops)} open together`,
  acts: {
    title: 'Ending, cancelling, deleting',
    end: 'End it now',
    endHint: 'Nobody can claim any more. It can be opened again by moving its end.',
    endTitle: 'End it now?',
    endText: 'Nobody can claim any more from this second.',
    cancel: 'Cancel drop',
    cancelHint: 'It is over for good, and says so to everyone.',
    cancelTitle: 'Cancel this drop?',
    cancelText: 'Nobody can claim any more from this second, and everyone sees that it was cancelled.',
    neverOpens: 'It does not open, and everyone sees that it was cancelled.',
    kept: (granted: number) =>
      granted === 0
        ? 'Nobody has got anything yet.'
        : `${granted === 1 ? '1 unit stays' : `${amount(granted)} units stay`} with whoever got them.`,
    unsold: (remaining: number) => `${amount(remaining)} stay unsold.`,
    line: (waiting: number) =>
      waiting === 1
        ? '1 person waits in line, and gets nothing.'
        : `${amount(waiting)} people wait in line, and get nothing.`,
    final: 'This cannot be taken back.',
    remove: 'Delete drop',
    removeHint: 'It disappears, as if it had never been.',
    removeClaimed: 'Only a drop that nobody has claimed can be deleted: cancel it instead.',
    removeTitle: 'Delete this drop?',
    removeText: (title: string) => `“${title}” disappears for everyone, with its link. This cannot be taken back.`,
    gone: 'The drop is not there any more.',
  },
};

export type DropAdminMessages = typeof dropAdminEnglish;
