/** An error answer of the API: RFC 9457 problem details with a stable `code` (docs/api.md, "Errors"). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: ReadonlyArray<{ field: string; message: string }>;
  readonly retryAfterSeconds: number | null;
  /** The whole document: refusals of a claim carry their fields (`arrival`, `opensAt` …) here. */
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>, retryAfterSeconds: number | null) {
    const code = typeof body['code'] === 'string' ? body['code'] : 'internal';
    super(typeof body['detail'] === 'string' ? body['detail'] : code);
    this.status = status;
    this.code = code;
    this.body = body;
    this.retryAfterSeconds = retryAfterSeconds;
    this.fields = Array.isArray(body['errors']) ? body['errors'].filter(isFieldError) : [];
  }
}

/** What was asked for is not there, or no more. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Problem && error.status === 404;
}

/** The server could not be reached at all, so nothing is known about what it did. */
export class Unreachable extends Error {}

function isFieldError(value: unknown): value is { field: string; message: string } {
  if (typeof value !== 'object' || value === null) return false;
  return 'field' in value && typeof value.field === 'string' && 'message' in value && typeof value.message === 'string';
}

export async function problemFrom(response: Response): Promise<Problem> {
  // A proxy in between may answer with HTML, or with nothing.
  const body: unknown = await response.json().catch(() => null);
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new Problem(
    response.status,
    typeof body === 'object' && body !== null ? { ...body } : {},
    Number.isFinite(retryAfter) ? retryAfter : null,
  );
}
