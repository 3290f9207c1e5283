/**
 * @file Releases. `npm run release -- minor` (or patch, major, 1.2.3) gives the changes of the newest section of the changelog a version and a
 * date, tries everything, and makes a commit with a tag. `npm run release -- publish` publishes the commit that has the tag, with provenance:
 * npm knows it only in the CI of GitHub or GitLab. `--dry-run` says what would happen, and changes nothing.
 */
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {parseArgs} from 'node:util';

const root = resolve(import.meta.dirname, '..');
const {positionals, values} = parseArgs({
  allowPositionals: true,
  options: {'dry-run': {type: 'boolean', default: false}},
});
const [what] = positionals;
if (positionals.length !== 1) throw new Error('what: patch, minor, major, a version, or publish');
const dryRun = values['dry-run'];

const run = (command, ...args) => {
  console.log(`> ${command} ${args.join(' ')}`);
  execFileSync(command, args, {cwd: root, stdio: 'inherit'});
};
const ask = (command, ...args) => execFileSync(command, args, {cwd: root, encoding: 'utf8'}).trim();
const versionNow = () => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

if (ask('git', 'status', '--porcelain') !== '' && !dryRun) throw new Error('the working tree is not clean');
if (what === 'publish') publish();
else prepare();

function prepare() {
  const changelog = join(root, 'CHANGELOG.md');
  const text = readFileSync(changelog, 'utf8');
  const heading = /^## .*unreleased$/im;
  if (!heading.test(text)) throw new Error('CHANGELOG.md: no section is unreleased');
  const version = nextVersion(versionNow(), what);
  const date = new Date().toISOString().slice(0, 10);
  const dated = text.replace(heading, `## ${version} – ${date}`);
  console.log(`${version}: ${dated.match(/^## .*$/m)[0]}`);
  if (dryRun) return;

  writeFileSync(changelog, dated);
  if (version !== versionNow()) run('npm', 'version', version, '--no-git-tag-version');
  run('npm', 'run', 'lint');
  run('npm', 'run', 'test:all');
  run('npm', 'run', 'test:install', '--', '--release');
  run('git', 'commit', '--all', '--message', `Version ${version}`);
  run('git', 'tag', '--annotate', `v${version}`, '--message', `Version ${version}`);
  console.log(`Now: git push --follow-tags; the CI publishes what has the tag.`);
}

function publish() {
  const tags = ask('git', 'tag', '--points-at', 'HEAD').split('\n');
  const tag = `v${versionNow()}`;
  if (!tags.includes(tag) && !dryRun) throw new Error(`the commit has no tag ${tag}`);
  run('npm', 'publish', '--access', 'public', ...(dryRun ? ['--dry-run'] : ['--provenance']));
}

/** The version that a step from the current one leads to, or the one that is given. */
function nextVersion(current, step) {
  if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(step)) return step;
  const [major, minor, patch] = current.split(/[.-]/).map(Number);
  const next = {
    major: [major + 1, 0, 0],
    minor: [major, minor + 1, 0],
    patch: [major, minor, patch + 1],
  }[step];
  if (!next) throw new Error(`${step} is neither a version nor patch, minor or major`);
  return next.join('.');
}
