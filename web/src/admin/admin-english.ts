/** Texts of what all administrators' pages share; each folder beside this file brings its own. */
export const adminEnglish = {
  menu: 'Management',
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
};

export type AdminMessages = typeof adminEnglish;
