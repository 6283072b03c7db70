/**
 * axe-core on the page as it stands. It is evaluated over the browser's own debugging channel, which a Content-Security-Policy does not govern: the policy that
 * buyers get is the one in force. In the middle of a movement colours are mixed that no one is meant to read, so the page is looked at as for people who want
 * no motion: whatever was moving has then arrived.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const options = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  // An experiment that compares whole words; in Korean their endings are written together with them (“한국어” is in “한국어로 보기”, and “2” in “2개”).
  rules: { 'label-content-name-mismatch': { enabled: false } },
  resultTypes: ['violations'],
};

interface Element {
  readonly target: readonly unknown[];
  readonly failureSummary?: string;
  readonly any: readonly { readonly data: { readonly messageKey?: string } | null }[];
}

interface Violation {
  readonly id: string;
  readonly impact: 'minor' | 'moderate' | 'serious' | 'critical' | null;
  readonly help: string;
  readonly nodes: readonly Element[];
}

/** What would stand in somebody's way: a line per rule, with the elements and what is wrong with them. */
export async function barriers(page: Page): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(`Promise.allSettled(document.getAnimations().map((animation) => animation.finished))`);
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(axe);
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => ({ violations }))`,
  );
  await page.emulateMedia({ reducedMotion: null });
  return violations
    .map((violation) => ({ ...violation, nodes: violation.nodes.filter((node) => !isUnderBar(node)) }))
    .filter(({ nodes }) => nodes.length > 0)
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, nodes }) => {
      const elements = nodes.map(
        (node) => `\n  ${node.target.join(' ')}: ${node.failureSummary?.replaceAll(/\s+/g, ' ')}`,
      );
      return `${impact} ${id}: ${help}${elements.join('')}`;
    });
}

/** Something is half under a bar that stays where it is: one scrolls, and it is not. */
function isUnderBar({ any }: Element): boolean {
  return any.some(({ data }) => data?.messageKey === 'partiallyObscured');
}
