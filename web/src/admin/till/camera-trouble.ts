export type CameraTrouble = 'insecure' | 'denied' | 'missing' | 'busy' | 'failed';

/** Why the camera does not start, by what browsers throw (W3C Media Capture and Streams). */
export function cameraTrouble(error: unknown): CameraTrouble {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'failed';
}
