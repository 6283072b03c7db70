/**
 * Every error that the API gives, in one table: RFC 9457 problem documents with a stable `code`.
 * docs/api.md lists them with their remedies; a test holds the two together.
 */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  not_a_picture: { status: 400, title: 'This is not a picture' },
  picture_too_large: { status: 400, title: 'The picture has too many pixels' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  bad_credentials: { status: 401, title: 'The login or the password is wrong' },
  session_ended: { status: 401, title: 'The session has ended' },
  wrong_password: { status: 403, title: 'The password is wrong' },
  https_required: { status: 403, title: 'Only over HTTPS' },
  forbidden: { status: 403, title: 'Only for administrators' },
  not_found: { status: 404, title: 'There is nothing here' },
  drop_not_found: { status: 404, title: 'There is no such drop' },
  grant_not_found: { status: 404, title: 'You have no such coupon or slot' },
  coupon_not_found: { status: 404, title: 'No coupon has this code' },
  payment_not_found: { status: 404, title: 'There is no such payment' },
  account_not_found: { status: 404, title: 'There is no such account' },
  delivery_not_found: { status: 404, title: 'There is no such delivery' },
  reset_not_found: { status: 404, title: 'This link does not work (any more)' },
  not_waiting: { status: 404, title: 'You do not wait for this drop' },
  claim_not_found: { status: 404, title: 'The ledger has no such claim' },
  username_taken: { status: 409, title: 'This username is taken' },
  email_taken: { status: 409, title: 'This email address has an account' },
  sold_out: { status: 409, title: 'Sold out' },
  limit_reached: { status: 409, title: 'You hold as many as one person may' },
  no_waiting_line: { status: 409, title: 'This drop has no waiting line' },
  turn_over: { status: 409, title: 'Your turn in this line is over' },
  wrong_kind: { status: 409, title: 'This does not go with that kind of drop' },
  coupon_used: { status: 409, title: 'The coupon has been used' },
  coupon_cancelled: { status: 409, title: 'The coupon has been cancelled' },
  coupon_expired: { status: 409, title: 'The coupon has expired' },
  slot_confirmed: { status: 409, title: 'The slot has been paid' },
  slot_returned: { status: 409, title: 'The slot has been given back' },
  slot_expired: { status: 409, title: 'The slot has expired' },
  payment_in_flight: { status: 409, title: 'A payment for this slot is on its way' },
  closed: { status: 409, title: 'The drop is closed' },
  too_many_interests: { status: 409, title: 'You follow as many drops as one person may' },
  delivery_in_app: { status: 409, title: 'What is in the app is not sent' },
  stock_below_granted: { status: 409, title: 'More has been granted than this stock' },
  drop_started: { status: 409, title: 'This cannot change once the drop has opened' },
  drop_cancelled: { status: 409, title: 'The drop is cancelled' },
  drop_has_grants: { status: 409, title: 'People have claimed this drop' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'This type of body is not taken here' },
  not_open: { status: 425, title: 'The drop is not open yet' },
  rate_limited: { status: 429, title: 'Too many requests' },
  too_many_attempts: { status: 429, title: 'Too many attempts' },
  claim_in_flight: { status: 429, title: 'Another claim of yours on this drop is being decided' },
  internal: { status: 500, title: 'A fault of ours' },
  overloaded: { status: 503, title: 'Too many claims are waiting' },
  ledger_unavailable: { status: 503, title: 'The ledger cannot answer now' },
  payment_unavailable: { status: 503, title: 'This way to pay cannot be reached now' },
  shutting_down: { status: 503, title: 'This server is restarting' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Seconds; becomes the `Retry-After` header. */
  readonly retryAfterSeconds?: number;
  /** Further members of the document. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Thrown by handlers; the error handler turns it into the answer. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    super(details.detail ?? PROBLEMS[code].title);
    this.name = 'Problem';
    this.code = code;
    this.details = details;
  }
}

/** One wrong field. */
export function invalidField(field: string, message: string): Problem {
  return invalidFields([{ field, message }]);
}

export function invalidFields(errors: readonly FieldError[]): Problem {
  return new Problem('invalid_request', {
    detail: errors.map((error) => `${error.field} ${error.message}`).join('; '),
    errors,
  });
}

/** The document of a problem, as it is sent. */
export function problemDocument(code: ProblemCode, details: ProblemDetails = {}): Record<string, unknown> {
  const { status, title } = PROBLEMS[code];
  const { detail, errors, members } = details;
  return { type: 'about:blank', title, status, code, ...(detail && { detail }), ...(errors && { errors }), ...members };
}
