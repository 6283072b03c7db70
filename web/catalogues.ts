import type { IndexHtmlTransformContext, Plugin } from 'vite';

const sources = { ko: '/src/language/korean.ts', en: '/src/language/english.ts' };

/**
 * Tells `theme.js` where the built texts of each language lie, by attributes of its own element. It knows the language before anything else is
 * loaded, and asks for the right file at once: without that the entry would have to be here first.
 */
export function catalogues(): Plugin {
  return {
    name: 'catalogues',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html: string, { bundle }: IndexHtmlTransformContext) {
        const attributes = Object.entries(sources).map(([language, source]) => {
          const file = Object.values(bundle ?? {}).find(
            (output) => output.type === 'chunk' && output.facadeModuleId?.endsWith(source),
          );
          if (!file) throw new Error(`${source} is no file of its own any more`);
          return `data-${language}="/${file.fileName}"`;
        });
        return html.replace('src="/theme.js"', `src="/theme.js" ${attributes.join(' ')}`);
      },
    },
  };
}
