/** Texts of all lists of administrators. */
export const listEnglish = {
  all: 'All',
  noneSuch: 'Nothing like that is there.',
  clear: 'Show all',
  reload: 'Refresh',
  nobody: 'An account that is gone',
  onlyThis: 'Only what concerns this person',
};

export type ListMessages = typeof listEnglish;
