/** A letter as a small page: one column, no pictures and nothing to fetch, so that it looks the same everywhere and tells nobody that it was opened. */
import { LETTER_WORDS, linkOf } from '../notifications/letter-words.ts';
import type { Language } from '../notifications/notification.ts';

const FONT = "font-family:-apple-system,'Segoe UI','Apple SD Gothic Neo','Malgun Gothic','Noto Sans KR',sans-serif";

export interface LetterPage {
  readonly language: Language;
  readonly title: string;
  readonly text: string;
  readonly link: string | null;
  /** Who it is from. */
  readonly sender: string;
}

export function letterHtml({ language, title, text, link, sender }: LetterPage): string {
  const address = linkOf(link);
  const { follow, automatic } = LETTER_WORDS[language];
  const paragraphs = text.split(/\n{2,}/).map((each) => `<p style="margin:0 0 14px">${lines(each)}</p>`);
  const button = `<p style="margin:24px 0 4px"><a href="${escaped(address ?? '')}" style="display:inline-block;padding:12px 22px;border-radius:10px;background:#c9330b;color:#ffffff;font-weight:600;text-decoration:none">${follow}</a></p>`;
  return [
    '<!doctype html>',
    `<html lang="${language}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light">',
    `<title>${escaped(title)}</title>`,
    '</head>',
    `<body style="margin:0;padding:24px 12px;background:#f7f5f0;color:#1a1815;${FONT};font-size:16px;line-height:1.6">`,
    '<div style="max-width:520px;margin:0 auto;padding:28px 26px;background:#fffdfa;border:1px solid #ded8cd;border-radius:14px;overflow-wrap:anywhere">',
    `<h1 style="margin:0 0 14px;font-size:21px;line-height:1.35">${escaped(title)}</h1>`,
    ...paragraphs,
    ...(address === undefined ? [] : [button]),
    '</div>',
    `<p style="max-width:520px;margin:14px auto 0;color:#5f584e;font-size:13px;text-align:center">${escaped(automatic(sender))}</p>`,
    '</body>',
    '</html>',
  ].join('\n');
}

function lines(text: string): string {
  return text.split('\n').map(escaped).join('<br>\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
