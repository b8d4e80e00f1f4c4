/** Breakages of the catalog and of locks. */
import type { Saboteur } from '../saboteur.js'

/** Breakages of the catalog and of locks. */
export const CATALOG_SABOTEURS: readonly Saboteur[] = [
  {
    name: 'success-before-sync',
    about: 'success is reported before the record is on disk',
    file: 'catalog/catalog.ts',
    find: '      await this.#file.datasync()\n',
    replace: '',
  },
  {
    name: 'replaced-catalog-accepted',
    about: 'a catalog that was replaced while it was open is not noticed',
    file: 'catalog/catalog.ts',
    find: 'if (found?.ino === mine.ino && found.dev === mine.dev) return',
    replace: 'if (mine.dev === found?.dev || !found) return',
  },
  {
    name: 'half-line-accepted',
    about: 'a write that took a part of a line counts as complete',
    file: 'catalog/lines/line-writer.ts',
    find: 'if (written === rest.length) return',
    replace: 'if (written > 0) return',
  },
  {
    name: 'torn-line-not-repeated',
    about: 'after a part of a line was written, only the rest of it follows, as a line of its own',
    file: 'catalog/lines/line-writer.ts',
    find: 'return afterLineEnd(block.subarray(lineStart))',
    replace: 'return afterLineEnd(block.subarray(written))',
  },
  {
    name: 'intent-without-size',
    about: 'an intent does not state the content that is completed',
    file: 'catalog/journal.ts',
    find: '        size,\n        ...hashField(hash),\n        firstPart: {',
    replace: '        firstPart: {',
  },
  {
    name: 'volume-without-successor',
    about: 'the record of a volume does not say that another follows',
    file: 'catalog/journal.ts',
    find: '        more: hasNextVolume ? true : undefined,\n',
    replace: '',
  },
  {
    name: 'last-rows-left-out',
    about: 'the last records of a rebuild are not written',
    file: 'reconcile/rebuild.ts',
    find: '  await catalog.append(...batch)\n  return comparison.result',
    replace: '  return comparison.result',
  },
  {
    name: 'incomplete-set-is-kept',
    about: 'a policy of retention counts sets that lack a volume',
    file: 'cli/run/prune/candidates.ts',
    find: "set.state !== 'complete')",
    replace: 'set.volumes.length === 0)',
  },
  {
    name: 'lock-kept-by-the-dead',
    // A dead process of the same host loses its lock in two places: a breakage of one of them changes nothing.
    about: 'the lock of a process that was killed on another host is never taken over',
    file: 'fs/lock-files.ts',
    find: "- writtenMs > staleMs ? 'stale' : 'living'",
    replace: "- writtenMs > 1000 * staleMs ? 'stale' : 'living'",
  },
  {
    name: 'lock-taken-from-the-living',
    about: 'the lock of a living process is taken over',
    file: 'fs/lock-files.ts',
    find: "if (liveness === 'alive') return 'living'",
    replace: "if (liveness === 'alive') return 'dead'",
  },
  {
    name: 'lock-taken-from-another-host',
    about: 'the lock of a process on another host is taken over at once',
    file: 'fs/lock-files.ts',
    find: "- writtenMs > staleMs ? 'stale' : 'living'",
    replace: "- writtenMs > staleMs ? 'stale' : 'dead'",
  },
  {
    name: 'lock-lost-unnoticed',
    about: 'a process does not notice that its lock was taken over',
    file: 'fs/held-lock.ts',
    find: "      throw new LockLostError(this.#subject.replace(/^The /, 'the '), { cause: error })\n",
    replace: '',
  },
]
