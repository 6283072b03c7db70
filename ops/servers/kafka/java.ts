import { join } from 'node:path';
import { findOrInstall, findProgram, outputOf } from '../programs.ts';

/** The oldest that runs Kafka 4. */
const MAJOR_MIN = 17;

/** The path of `java`: JAVA_HOME's or the machine's own; installed where that is allowed (see packages.ts); undefined if there is none, or an old one. */
export function findJava(): string | undefined {
  return findOrInstall(findInstalled, ['default-jre-headless']);
}

function findInstalled(): string | undefined {
  const home = process.env['JAVA_HOME'];
  const candidates = [home ? join(home, 'bin', 'java') : undefined, findProgram('java')];
  return candidates.find((java) => java !== undefined && majorVersion(java) >= MAJOR_MIN);
}

function majorVersion(java: string): number {
  return Number(/ version "(\d+)/.exec(outputOf(java, '-version'))?.[1] ?? 0);
}
