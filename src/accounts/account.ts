/** Who may ask. Every new account is a buyer; administrators are made by the command line or at the first start. */
export type Role = 'buyer' | 'admin';

export interface Account {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly role: Role;
  readonly createdAt: string;
}

/** What a verified access token says about the caller. */
export interface Identity {
  readonly accountId: string;
  readonly role: Role;
  readonly sessionId: string;
  readonly expiresAtMs: number;
}

/** No `@`, so that a login with one is always an email address. */
export const USERNAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_.-]{2,31}$';
export const PASSWORD_LENGTH_MIN = 10;
export const PASSWORD_LENGTH_MAX = 200;
export const EMAIL_LENGTH_MAX = 254;
