/**
 * Compiles the files of lib/ and test/ that have changed in one process, before many processes need them, and deletes the
 * results for what they were before: `node test/loader/fill-cache.mjs`.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { CACHE, nameOf, transpiled } from './transpiled.mjs'

const names = new Set()
for (const folder of ['lib', 'test']) {
  const base = new URL(`../../${folder}/`, import.meta.url)
  for (const path of await readdir(base, { recursive: true })) {
    if (!path.endsWith('.ts') || path.endsWith('.d.ts')) continue
    const url = new URL(path, base)
    const text = await readFile(url, 'utf8')
    await transpiled(url, text)
    names.add(nameOf(url, text))
  }
}
await mkdir(CACHE, { recursive: true })
for (const name of await readdir(CACHE)) if (!names.has(name)) await rm(new URL(name, CACHE))
