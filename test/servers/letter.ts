/** A letter as it came over SMTP, read as a mail program reads it. Only as much of MIME as our own letters have. */

export interface ReceivedLetter {
  /** Of the envelope, as the next three. */
  readonly from: string;
  readonly to: readonly string[];
  /** Names in lower case, values unfolded and still encoded; each header that came twice has two values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly subject: string;
  /** The plain part and the HTML part, decoded; empty where there is none. */
  readonly text: string;
  readonly html: string;
  readonly raw: string;
}

export function readLetter(from: string, to: readonly string[], raw: string): ReceivedLetter {
  const { headers } = readPart(raw);
  const parts = leaves(raw);
  const part = (type: string) => parts.find((each) => each.type === type)?.text ?? '';
  const subject = decodeWords(headers.get('subject')?.[0] ?? '');
  return { from, to, headers, subject, text: part('text/plain'), html: part('text/html'), raw };
}

interface Leaf {
  readonly type: string;
  readonly text: string;
}

function leaves(raw: string): Leaf[] {
  const { headers, body } = readPart(raw);
  const contentType = headers.get('content-type')?.[0] ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary) {
    const [, ...parts] = `\r\n${body}`.split(`\r\n--${boundary}`);
    return parts.filter((part) => !part.startsWith('--')).flatMap((part) => leaves(part.replace(/^\r\n/, '')));
  }
  const encoding = headers.get('content-transfer-encoding')?.[0]?.toLowerCase() ?? '7bit';
  const text = decodeBody(body, encoding).replaceAll('\r\n', '\n').trimEnd();
  return [{ type: contentType.split(';')[0]?.trim().toLowerCase() ?? '', text }];
}

function readPart(raw: string): { headers: Map<string, string[]>; body: string } {
  const end = raw.indexOf('\r\n\r\n');
  const headers = new Map<string, string[]>();
  const lines = raw.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ');
  for (const line of lines.split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/s.exec(line) ?? [];
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value]);
  }
  return { headers, body: raw.slice(end + 4) };
}

function decodeBody(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding === 'quoted-printable') return decodeQuoted(body.replaceAll('=\r\n', ''));
  return Buffer.from(body, 'latin1').toString('utf8');
}

function decodeQuoted(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** RFC 2047. The space between two encoded words is no part of the text. */
function decodeWords(text: string): string {
  const joined = text.replaceAll(/\?=\s+=\?/g, '?==?');
  return joined.replaceAll(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_, how: string, word: string) =>
    how.toUpperCase() === 'B' ? Buffer.from(word, 'base64').toString('utf8') : decodeQuoted(word.replaceAll('_', ' ')),
  );
}
