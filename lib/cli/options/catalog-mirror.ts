/** The option of commands that write to the catalog. */
import { Option } from 'commander'
import { parsePath } from './values/text.js'

/** The option of every command that writes to the catalog. */
export interface CatalogWriteOptions {
  /** The path of a second copy of the catalog. */
  readonly catalogMirror?: string
}

/** Makes the option of {@link CatalogWriteOptions}. */
export function catalogMirrorOption(): Option {
  return new Option(
    '--catalog-mirror <file>',
    'a second copy of the catalog, on another disk for example; its folder must exist',
  ).argParser(parsePath)
}
