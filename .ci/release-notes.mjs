/**
 * Prints the section of CHANGELOG.md for the version in package.json: `node .ci/release-notes.mjs TAG OWNER/NAME`. Fails unless
 * the tag is the version after `v`, the section has a date, and `repository` in package.json is the repository given.
 */
import { readFileSync } from 'node:fs'

const [tag, repository] = process.argv.slice(2)
const read = (/** @type {string} */ name) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
const { version, repository: found } = JSON.parse(read('package.json'))

const problems = []
if (tag !== `v${version}`)
  problems.push(`The tag is ${tag}, but package.json has version ${version}: expected v${version}.`)
if (found.url !== `git+https://github.com/${repository}.git`)
  problems.push(
    `\`repository\` in package.json is ${found.url}, but this is ${repository}: set it, \`bugs\` and \`homepage\`.`,
  )
const heading = `## [${version}] - `
const section = read('CHANGELOG.md')
  .split(/^(?=## )/m)
  .find((text) => text.startsWith(heading))
if (section === undefined) problems.push(`CHANGELOG.md has no section "${heading}…": add it.`)
else if (!/^\d{4}-\d{2}-\d{2}\n/.test(section.slice(heading.length)))
  problems.push(`The section of ${version} in CHANGELOG.md has no date: write "${heading}YYYY-MM-DD".`)

for (const problem of problems) console.error(problem)
if (section === undefined || problems.length > 0) process.exit(1)
// The link definitions at the end of the file are no part of a section.
console.log(
  section
    .slice(section.indexOf('\n'))
    .replace(/^\[[^\]]+\]: .*$/gm, '')
    .trim(),
)
