/** Sending a picture's bytes (docs/api.md, `POST /v1/pictures`). By XMLHttpRequest, since `fetch` does not tell how much has been sent. */
import { asMember } from '../../accounts/session.ts';
import { Problem, Unreachable } from '../../http/problem.ts';

interface Sending {
  signal: AbortSignal;
  /** From 0 to 1. */
  onProgress: (share: number) => void;
}

/** Resolves with the picture's address. Throws `Problem` and `Unreachable`; once the signal is aborted nothing more is sent. */
export function sendPicture(picture: Blob, sending: Sending): Promise<string> {
  return asMember((token) => send(picture, token, sending));
}

function send(picture: Blob, token: string | null, { signal, onProgress }: Sending): Promise<string> {
  return new Promise((resolve, reject) => {
    // Stopped while the picture was made smaller, or the token renewed.
    signal.throwIfAborted();
    const call = new XMLHttpRequest();
    const stop = () => call.abort();
    const fail = () => reject(new Unreachable('no answer'));
    call.open('POST', '/v1/pictures');
    call.responseType = 'json';
    call.timeout = 120_000;
    call.setRequestHeader('accept', 'application/json');
    call.setRequestHeader('content-type', picture.type);
    if (token !== null) call.setRequestHeader('authorization', `Bearer ${token}`);
    call.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total);
    call.onerror = fail;
    call.onabort = fail;
    call.ontimeout = fail;
    call.onload = () => {
      const body: unknown = call.response;
      const answer = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
      if (call.status === 201 && typeof answer['imageUrl'] === 'string') return resolve(answer['imageUrl']);
      return reject(new Problem(call.status, answer, null));
    };
    call.onloadend = () => signal.removeEventListener('abort', stop);
    signal.addEventListener('abort', stop);
    call.send(picture);
  });
}
