/**
 * File names for the names of archives, which anyone may have chosen who can write to the vault.
 *
 * - A file name never leads out of its folder, is never hidden, is no device on Windows, and does not look like an option.
 * - Different names have different file names, also in a file system that ignores case or normalizes Unicode: each
 *   character that a file name cannot have is written as `%` and its bytes in hexadecimal, as in a URL, and so are `%` and
 *   `~`, which only this module adds.
 * - No file name ends as the files beside an output do: `.partial`, `.partial.ranges`, `.partial.lock`.
 */
import { createHash } from 'node:crypto'

/** Bytes in a file name, which is followed by `.partial.ranges`: file systems allow 255 bytes, and some fewer. */
const MAX_BYTES = 200
/** Characters that Windows refuses, that separate folders, or that are added here; controls, and what cannot be seen. */
const REFUSED = /[/\\:*?"<>|%~\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu
/** The names of devices on Windows, which an extension does not change. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(?:$|[ .])/i
/** The dot of a suffix of the files beside an output. */
const PARTIAL = /\.(?=partial(?:$|\.))/gi
const HASH_DIGITS = 16

/**
 * Pairs archives of different names with file names.
 *
 * Of names that differ only in case or in their Unicode normalization, each file name ends with a part of the hash of the
 * name: which of them are retrieved together makes no other difference.
 */
export function withFileNames<Named extends { readonly name: string }>(
  all: readonly Named[],
): readonly (readonly [Named, string])[] {
  const named = all.map((one) => ({ one, fileName: fileNameOf(one.name) }))
  const counts = new Map<string, number>()
  for (const { fileName } of named) counts.set(folded(fileName), (counts.get(folded(fileName)) ?? 0) + 1)
  return named.map(({ one, fileName }) => {
    const isAlone = counts.get(folded(fileName)) === 1
    return [one, isAlone ? fileName : withHash(fileName, one.name)]
  })
}

/** The file name of a name. Equal for names that differ only in their Unicode normalization. */
function fileNameOf(name: string): string {
  const encoded = name
    .normalize('NFC')
    .replace(REFUSED, percentEncoded)
    .replace(/^[-. ]/, percentEncoded)
    .replace(/[. ]$/, percentEncoded)
    .replace(PARTIAL, percentEncoded)
  const safe = DEVICE.test(encoded) ? percentEncoded(encoded.charAt(0)) + encoded.slice(1) : encoded
  return Buffer.byteLength(safe) <= MAX_BYTES ? safe : withHash(safe, name)
}

/** A file name with a part of the hash of the name, cut so that it is short enough. */
function withHash(fileName: string, name: string): string {
  const digits = createHash('sha256').update(name, 'utf16le').digest('hex').slice(0, HASH_DIGITS)
  let kept = ''
  for (const [piece] of fileName.replace(/~[0-9a-f]*$/, '').matchAll(/%[0-9A-F]{2}|./gsu)) {
    if (Buffer.byteLength(kept + piece) > MAX_BYTES - HASH_DIGITS - 1) break
    kept += piece
  }
  return `${kept}~${digits}`
}

function percentEncoded(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
}

/** A file name as file systems compare it that ignore case and normalize Unicode. */
function folded(fileName: string): string {
  return fileName.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
}
