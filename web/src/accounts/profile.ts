import { requestAsMember } from './session.ts';

/** Who I am to the server (docs/api.md, "People"). */
export interface Profile {
  username: string;
  email: string;
  role: 'buyer' | 'admin';
  createdAt: string;
}

export function loadProfile(): Promise<Profile> {
  return requestAsMember('/v1/me');
}

/** Both changes ask for the password again: whoever finds an open page must not take the account along. */
export function changeEmail(email: string, currentPassword: string): Promise<Profile> {
  return requestAsMember('/v1/me', { method: 'PATCH', body: { email, currentPassword } });
}

/** All other sessions of the account end; this one stays. */
export function changePassword(currentPassword: string, password: string): Promise<void> {
  return requestAsMember('/v1/me/password', { method: 'PUT', body: { currentPassword, password } });
}
