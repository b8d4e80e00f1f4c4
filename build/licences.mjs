/** The licences of what the executable contains. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The texts of the licences of this package, of each package with one of the modules, and a reference to that of Node.js,
 * whose own file is longer than all others together.
 *
 * @param {readonly string[]} modules - the paths of modules
 * @param {string} root - the folder of this package
 */
export function licencesOf(modules, root) {
  const folders = new Set([root, ...modules.flatMap((path) => folderOf(path) ?? [])])
  const texts = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8')
    return `${name} ${version} (${license})\n\n${text.trim()}\n`
  })
  const node = `Node.js ${process.versions.node} (MIT, and the licences of what it contains)\n\nhttps://github.com/nodejs/node/blob/${process.version}/LICENSE\n`
  return [...texts.sort(), node].join(`\n${'-'.repeat(80)}\n\n`)
}

/**
 * The folder of the package in `node_modules` that a module is part of.
 *
 * @param {string} path
 */
function folderOf(path) {
  if (!/[\\/]node_modules[\\/]/.test(path)) return undefined
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version !== undefined)
      return folder
  }
}
