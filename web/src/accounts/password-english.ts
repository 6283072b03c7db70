/** Texts of a forgotten password; they travel with the pages of accounts only. */
export const passwordEnglish = {
  forgotten: 'Forgotten your password?',
  askTitle: 'A new password',
  askLead: 'Tell us the email address of your account, and we send you a link.',
  ask: 'Send me a link',
  askedTitle: 'Check your mailbox',
  asked: (email: string) => `If somebody has an account with ${email}, a letter with a link is on its way there.`,
  askedHint: 'The link works once, for 30 minutes. Nothing there after a while? Look among the junk, too.',
  askAgain: 'Another address',
  tooMany: (minutes: number) => `Too many letters to this address. Try again in ${minutes} min.`,
  setTitle: 'Choose a new password',
  setLead: 'It counts from now on, and signs you out everywhere.',
  set: 'Set the password',
  doneTitle: 'Your password is new',
  done: 'Everybody who was signed in to this account is signed out now.',
  overTitle: 'This link is over',
  over: 'It works once, for 30 minutes, and not after another one was used. Your password is as it was.',
  anew: 'Send me a new link',
};

export type PasswordMessages = typeof passwordEnglish;
