// What went wrong with a request, in words that a person can act on.
import { t } from '../texts/texts';

/** The server's codes, and two of our own: no answer at all, and an answer that we cannot read. */
export type ErrorCode =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'unsupported'
  | 'too_many_requests'
  | 'unavailable'
  | 'timed_out'
  | 'internal'
  | 'unreachable'
  | 'unreadable';

interface Problem {
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  trace_id?: string;
}

export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly traceId: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ErrorCode,
    detail: string,
    more: { status?: number; traceId?: string; retryAfterSeconds?: number } = {},
  ) {
    super(detail);
    this.name = 'ApiError';
    this.code = code;
    this.status = more.status ?? 0;
    this.traceId = more.traceId ?? null;
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
  }

  /** What the reader can do about it. */
  get advice(): string {
    if (this.retryAfterSeconds !== null) return t.errors.retryAfter(this.retryAfterSeconds);
    return t.errors.advice[this.code];
  }
}

const codeOfStatus: Record<number, ErrorCode> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'invalid',
  422: 'unsupported',
  429: 'too_many_requests',
  502: 'unavailable',
  503: 'unavailable',
  504: 'timed_out',
};

const known = new Set<string>(Object.keys(t.errors.advice));

/** The error of an answer that is not a success. A proxy before the server may answer without a problem document. */
export async function errorOf(response: Response): Promise<ApiError> {
  const problem: Problem = await response.json().catch(() => ({}));
  const code =
    problem.code && known.has(problem.code)
      ? (problem.code as ErrorCode)
      : (codeOfStatus[response.status] ?? 'internal');
  const retryAfter = Number(response.headers.get('Retry-After'));
  return new ApiError(code, problem.detail || t.errors.status(response.status), {
    status: response.status,
    traceId: problem.trace_id,
    retryAfterSeconds: retryAfter > 0 ? retryAfter : undefined,
  });
}

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('unreachable', t.errors.unreachable);
}
