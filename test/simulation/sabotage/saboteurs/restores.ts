/** Breakages of the retrieval from a bucket. */
import type { Saboteur } from '../saboteur.js'

const network = 'bucket'

/** Breakages of the retrieval from a bucket. */
export const RESTORE_SABOTEURS: readonly Saboteur[] = [
  {
    name: 'running-restore-is-requested',
    about: 'a restore that is seen to run is requested again',
    network,
    file: 's3/restore/restores.ts',
    find: 'if (restore?.isInProgress === true) return',
    replace: "if (restore?.isInProgress === true && archiveId === '') return",
  },
  {
    name: 'other-object-is-restored',
    about: 'an object that has replaced the one that is retrieved is restored',
    network,
    file: 's3/restore/restores.ts',
    find: 'facts.etag === described) return facts',
    replace: "facts.etag !== '') return facts",
  },
  {
    name: 'part-hash-is-not-compared',
    about: 'a part is delivered whatever its hash is',
    network,
    file: 'retrieve/fetch-range.ts',
    find: 'if (expected !== hash) throw',
    replace: 'if (stated !== undefined && expected !== hash) throw',
  },
  {
    name: 'known-hash-is-not-compared',
    about: 'an object is retrieved that is not the one that the caller knows',
    network,
    file: 'retrieve/known-content.ts',
    find: 'found.hash === undefined || found.hash === hash) return',
    replace: 'found.hash === undefined || found.size > 0) return',
  },
]
