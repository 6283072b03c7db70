/** Accounts as they travel. */
import { Type } from '@fastify/type-provider-typebox';
import { EMAIL_LENGTH_MAX, PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from './account.ts';

export const AccountShape = Type.Object({
  id: Type.String(),
  username: Type.String(),
  email: Type.String(),
  role: Type.Union([Type.Literal('buyer'), Type.Literal('admin')]),
  createdAt: Type.String({ format: 'date-time' }),
});

export const Email = Type.String({ format: 'email', maxLength: EMAIL_LENGTH_MAX });
export const NewPassword = Type.String({ minLength: PASSWORD_LENGTH_MIN, maxLength: PASSWORD_LENGTH_MAX });
/** One that there is: whatever it was when it was made. */
export const ConfirmedPassword = Type.String({ minLength: 1, maxLength: PASSWORD_LENGTH_MAX });
