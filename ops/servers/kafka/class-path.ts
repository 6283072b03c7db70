/** Kafka's class path: Maven fetches the jars that pom.xml names into its own store, and we remember where they are. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findOrInstall, findProgram } from '../programs.ts';

const POM = fileURLToPath(new URL('pom.xml', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/doorbuster', import.meta.url));
const MAVEN_TIMEOUT_MS = 10 * 60_000;

/** Undefined where there is no Maven, or where it cannot fetch the jars, which is said. */
export async function kafkaClassPath(): Promise<string | undefined> {
  const hash = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 16);
  const file = join(CACHE, `kafka-class-path-${hash}`);
  const remembered = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (remembered?.split(delimiter).every((jar) => existsSync(jar))) return remembered;

  const maven = findOrInstall(() => findProgram('mvn'), ['maven']);
  return maven && (await resolve(maven, file)) ? readFileSync(file, 'utf8') : undefined;
}

async function resolve(maven: string, file: string): Promise<boolean> {
  console.log('Fetching Kafka …');
  mkdirSync(dirname(file), { recursive: true });
  // Whoever reads the file finds it whole, also when two of us write it.
  const draft = `${file}.${process.pid}`;
  try {
    const options = ['--batch-mode', '--quiet', '--file', POM, `-Dmdep.outputFile=${draft}`];
    await promisify(execFile)(maven, [...options, 'dependency:build-classpath'], { timeout: MAVEN_TIMEOUT_MS });
    renameSync(draft, file);
    return true;
  } catch (error) {
    const { stdout, message } = error as Error & { stdout?: string };
    console.warn(`Maven cannot fetch Kafka: ${stdout || message}`);
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}
