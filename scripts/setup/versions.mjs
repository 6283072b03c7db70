/** Which npm and Node.js may set up the project. Read from the environment that npm gives to its scripts, so nothing has to be started. */

const nodeMajorMin = 20;
const npmMajorMin = 10;
const remedy = 'Get a current Node.js with npm from https://nodejs.org and repeat the command.';

function major(version) {
  return Number.parseInt(version, 10);
}

/** What is wrong, in words for the person at the keyboard; undefined if nothing is. */
export function versionProblem() {
  const node = process.versions.node;
  if (major(node) < nodeMajorMin) return `Node.js ${nodeMajorMin} or newer is needed; this is ${node}.\n${remedy}`;

  const agent = process.env.npm_config_user_agent;
  // Run by hand, without npm: nothing to check until npm itself is called.
  if (!agent) return undefined;
  const manager = /^([a-z]+)\/(\S+)/.exec(agent);
  if (!manager) return undefined;
  const [, name, version] = manager;
  if (name !== 'npm')
    return `the project is installed from package-lock.json with npm; ${name} does not read that file.\nUse npm.`;
  if (major(version) < npmMajorMin) return `npm ${npmMajorMin} or newer is needed; this is ${version}.\n${remedy}`;
  return undefined;
}
