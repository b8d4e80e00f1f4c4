/**
 * The version of the command. The executable for machines without Node.js has another version of this module, since it
 * has no `package.json`: `build/executable.mjs`.
 */
import { createRequire } from 'node:module'

const manifest = createRequire(import.meta.url)('glacier-pipe/package.json') as { readonly version: string }

/** The version of the package. */
export const version: string = manifest.version
