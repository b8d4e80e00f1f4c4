/** Lets Node.js load a TypeScript file by the name of the JavaScript file that it becomes. */
import { transpiled } from './transpiled.mjs'

/** The end of a path. A module that is loaded again, with others replaced, has a query. */
const JAVASCRIPT = /\.js(?=\?|$)/
const TYPESCRIPT = /\.ts(?=\?|$)/
/** The end of a compiled file. */
const COMPILED = /\n\/\/# sourceMappingURL=data:\S+\s*$/

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  try {
    return await nextResolve(specifier, context)
  } catch (error) {
    const isMissing = /** @type {NodeJS.ErrnoException} */ (error).code === 'ERR_MODULE_NOT_FOUND'
    if (!isMissing || !JAVASCRIPT.test(specifier)) throw error
    return await nextResolve(specifier.replace(JAVASCRIPT, '.ts'), context)
  }
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (!isTypeScript(url)) return nextLoad(url, context)
  const { source } = await nextLoad(url, { ...context, format: 'module' })
  const text = String(source)
  // tap's own loader has compiled it, in the first run after an installation: the source map must be that of the file.
  if (COMPILED.test(text)) return { format: 'module', source: text }
  const { pathname } = new URL(url)
  return { format: 'module', source: await transpiled(new URL(pathname, url), text) }
}

/** @param {string} url */
function isTypeScript(url) {
  return url.startsWith('file:') && TYPESCRIPT.test(url) && !url.includes('/node_modules/')
}
