/** The addresses that the pages have, read from their source: every `<Route>`, also those of a router inside another's page. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface RouteOfPages {
  /** As it is written: `/drops/:id`. */
  readonly path: string;
  /** Matches the addresses of this page. */
  readonly pattern: RegExp;
}

export function routesOf(file: string): RouteOfPages[] {
  return [...new Set(pathsOf(file, ''))].map((path) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`),
  }));
}

/** A route that goes on in the page it leads to ends with a star; one whose component stands in the same file leads elsewhere and shows nothing. */
function pathsOf(file: string, prefix: string): string[] {
  const source = readFileSync(file, 'utf8');
  const routes = source.matchAll(/<Route path="([^"]+)" component=\{(\w+)\}/g);
  return [...routes].flatMap(([, path = '', component = '']) => {
    const target = importedFile(source, component);
    if (target === undefined) return [];
    const nested = path.endsWith('/*') && pathsOf(join(dirname(file), target), prefix + path.slice(0, -2));
    return nested || [(prefix + path).replace(/(?<=.)\/$/, '')];
  });
}

function importedFile(source: string, name: string): string | undefined {
  const lazily = new RegExp(`const ${name} = \\w+\\(\\(\\) =>\\s*import\\('([^']+)'\\)`);
  const atOnce = new RegExp(`import (?:${name}|\\{[^}]*\\b${name}\\b[^}]*\\}) from '([^']+)'`);
  return (lazily.exec(source) ?? atOnce.exec(source))?.[1];
}
