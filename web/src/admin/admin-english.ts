/** Texts of what all administrators' pages share; each folder beside this file brings its own. */
export const adminEnglish = {
  menu: 'Management',
  adminOnly: 'This page is for administrators.',
  sections: {
    overview: 'Overview',
    drops: 'Drops',
    till: 'Till',
    payments: 'Payments',
    deliveries: 'Deliveries',
  },
  drop: {
    menu: 'This drop',
    live: 'Live',
    people: 'People',
    edit: 'Edit',
    page: 'Public page',
    copyLink: 'Copy the link',
  },
  fresh: {
    waiting: 'Asking for the figures…',
    live: (time: string) => `Live · as of ${time}`,
    stale: (time: string) => `No answer from the server. Figures are from ${time}; trying again…`,
    never: 'No answer from the server yet; trying again…',
    refused: (time: string) => `The server refuses the figures. What is shown is from ${time}; trying again…`,
  },
};

export type AdminMessages = typeof adminEnglish;
